package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One run, as recorded. Created by {@link #pending} or {@link #started}; each transition returns a
 * new value, and a finished run never changes. A combination that the state machine cannot reach
 * cannot be constructed.
 *
 * <p>All times have microsecond precision, like every database.
 *
 * @param id its identifier
 * @param spec the specification of the run
 * @param status its status
 * @param executor the name of its executor, such as {@code process}; null for a dry-run and while
 *     pending
 * @param externalId the executor's own name for it; null if there is none, as for a process
 * @param createdAt the time at which it was accepted; the order of lists
 * @param startedAt the time at which it started; while pending, the same as {@code createdAt}
 * @param completedAt the time at which it ended, not before it started; null until then, and always
 *     for a lost run
 * @param exitCode 0 to 255 of a process that ended; null for dry-runs, timeouts, runs that were
 *     cancelled, not started or lost, and until the end
 * @param reason the reason of its ending; null until the end, and for runs that ended before
 *     version 5 of the tables
 * @param output its output; empty until the end
 * @param message one sentence for people, at most {@value #MAX_MESSAGE} characters
 * @param provenance its origin; null if none was recorded, as before version 3 of the tables
 */
public record Run(
    RunId id,
    RunSpec spec,
    RunStatus status,
    @Nullable String executor,
    @Nullable String externalId,
    Instant createdAt,
    Instant startedAt,
    @Nullable Instant completedAt,
    @Nullable Integer exitCode,
    @Nullable RunReason reason,
    Output output,
    String message,
    @Nullable Provenance provenance) {

  /** The maximum length of a message in characters; longer ones are truncated. */
  public static final int MAX_MESSAGE = 1_000;

  private static final int MAX_EXECUTOR = 64;
  private static final int MAX_EXTERNAL_ID = 256;
  private static final Set<RunStatus> MAY_LACK_EXECUTOR =
      Set.of(RunStatus.PENDING, RunStatus.FAILED, RunStatus.CANCELLED);
  private static final Instant EARLIEST = Instant.EPOCH;
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

  /**
   * Checks the combination; use this constructor to read a stored run.
   *
   * @throws IllegalArgumentException if the state machine cannot reach this combination
   */
  public Run {
    requireNonNull(id, "id");
    requireNonNull(output, "output");
    Text.require("message", message, MAX_MESSAGE);
    requireInstant("created_at", createdAt);
    requireInstant("started_at", startedAt);
    require(!startedAt.isBefore(createdAt), "it cannot start before it was created", id);
    if (completedAt != null) {
      requireInstant("completed_at", completedAt);
      require(!completedAt.isBefore(startedAt), "it cannot complete before it started", id);
    }
    boolean lost = status == RunStatus.FAILED && completedAt == null;
    require(
        lost || status.isFinal() == (completedAt != null),
        "completed_at does not fit the status " + status.text() + ": " + completedAt,
        id);
    require(
        status.isFinal() || output.isEmpty(),
        "it has output already, and the status " + status.text(),
        id);
    require(
        spec.mode() != RunMode.DRY_RUN || status != RunStatus.TIMEOUT,
        "a dry-run cannot time out",
        id);
    require(
        exitCodeFits(spec.mode(), status, completedAt, exitCode),
        "no " + spec.mode().text() + " run is " + status.text() + " with the exit code " + exitCode,
        id);
    require(
        reason == null
            || (status.isFinal() && reason.fits(spec.mode(), status, completedAt, exitCode)),
        "the reason %s does not fit a %s run that is %s with the exit code %s"
            .formatted(reason, spec.mode().text(), status.text(), exitCode),
        id);
    requireExecutor(id, spec.mode(), status, executor, externalId);
  }

  private static boolean exitCodeFits(
      RunMode mode, RunStatus status, @Nullable Instant completedAt, @Nullable Integer exitCode) {
    if (mode == RunMode.DRY_RUN || completedAt == null) {
      return exitCode == null;
    }
    return switch (status) {
      case PENDING, RUNNING, TIMEOUT, CANCELLED -> exitCode == null;
      case COMPLETED -> exitCode != null && exitCode == 0;
      case FAILED -> exitCode == null || (exitCode >= 1 && exitCode <= 255);
    };
  }

  private static void requireExecutor(
      RunId id,
      RunMode mode,
      RunStatus status,
      @Nullable String executor,
      @Nullable String externalId) {
    if (executor != null) {
      Text.require("executor", executor, MAX_EXECUTOR);
      require(mode == RunMode.LOCAL, "a dry-run has no executor: " + executor, id);
      require(status != RunStatus.PENDING, "a pending run has no executor: " + executor, id);
    } else { // a run that ended before it had an executor has none either
      require(
          mode == RunMode.DRY_RUN || MAY_LACK_EXECUTOR.contains(status),
          "a local run that is " + status.text() + " has an executor",
          id);
    }
    if (externalId != null) {
      Text.require("external_id", externalId, MAX_EXTERNAL_ID);
      require(executor != null, "external_id without an executor: " + externalId, id);
    }
  }

  private static void requireInstant(String name, Instant at) {
    if (at.isBefore(EARLIEST) || at.isAfter(LATEST)) {
      throw new IllegalArgumentException(name + " must be in the years 1970 to 9999: " + at);
    }
    if (!micros(at).equals(at)) {
      throw new IllegalArgumentException(name + " must be whole microseconds: " + at);
    }
  }

  private static void require(boolean condition, String otherwise, RunId id) {
    if (!condition) {
      throw new IllegalArgumentException("run " + id + ": " + otherwise);
    }
  }

  /** Returns a run that is accepted and waits for its start. */
  public static Run pending(RunId id, RunSpec spec, Instant now) {
    Instant at = micros(now);
    return new Run(
        id,
        spec,
        RunStatus.PENDING,
        null,
        null,
        at,
        at,
        null,
        null,
        null,
        Output.NONE,
        "Waiting",
        null);
  }

  /**
   * Returns a run that starts as soon as it is accepted, as on the synchronous path.
   *
   * @param executor the name of the executor of local runs; a dry-run does not keep it
   */
  public static Run started(RunId id, RunSpec spec, String executor, Instant now) {
    return pending(id, spec, now).start(executor, now);
  }

  /**
   * Returns the run in status running.
   *
   * @param executor the name of the executor of local runs; a dry-run does not keep it
   * @param now the time; one before {@link #createdAt} (the clock was set back) becomes that
   * @throws IllegalRunTransitionException unless it is pending
   */
  public Run start(String executor, Instant now) {
    requireTransition(RunStatus.RUNNING);
    return new Run(
        id,
        spec,
        RunStatus.RUNNING,
        spec.mode() == RunMode.LOCAL ? executor : null,
        null,
        createdAt,
        latest(createdAt, now),
        null,
        null,
        null,
        Output.NONE,
        "Running",
        provenance);
  }

  /**
   * Returns the run in the final status of this outcome.
   *
   * @param outcome how it ended
   * @param now the time; one before {@link #startedAt} (the clock was set back) becomes that, and a
   *     lost run has no time of completion
   * @throws IllegalRunTransitionException if it has ended, or the outcome does not apply to its
   *     mode
   */
  public Run finish(RunOutcome outcome, Instant now) {
    requireTransition(outcome.status());
    if (!outcome.appliesTo(spec.mode())
        || (status == RunStatus.PENDING && !outcome.canPrecedeStart())) {
      throw new IllegalRunTransitionException(
          "run %s, %s and %s, cannot end as: %s"
              .formatted(id, spec.mode().text(), status.text(), outcome.message()));
    }
    return new Run(
        id,
        spec,
        outcome.status(),
        executor,
        externalId,
        createdAt,
        startedAt,
        outcome.isEndObserved() ? latest(startedAt, now) : null,
        outcome.exitCode(),
        outcome.reason(),
        outcome.output(),
        Text.truncate(outcome.message(), MAX_MESSAGE),
        provenance);
  }

  /**
   * Returns the run with this provenance.
   *
   * @throws IllegalRunTransitionException if it has ended
   */
  public Run withProvenance(@Nullable Provenance known) {
    if (status.isFinal()) {
      throw new IllegalRunTransitionException(
          "run %s is %s and never changes".formatted(id, status.text()));
    }
    return new Run(
        id,
        spec,
        status,
        executor,
        externalId,
        createdAt,
        startedAt,
        null,
        null,
        null,
        output,
        message,
        known);
  }

  /**
   * Returns the run with its executor's own name for it.
   *
   * @throws IllegalRunTransitionException unless it is running
   */
  public Run withExternalId(String id) {
    if (status != RunStatus.RUNNING) {
      throw new IllegalRunTransitionException(
          "run %s is %s and gets no external id".formatted(this.id, status.text()));
    }
    return new Run(
        this.id,
        spec,
        status,
        executor,
        id,
        createdAt,
        startedAt,
        null,
        null,
        null,
        output,
        message,
        provenance);
  }

  /**
   * Returns this run as it was from its start to its end.
   *
   * @throws IllegalArgumentException if it ended before it started
   */
  public Run beforeEnding() {
    return new Run(
        id,
        spec,
        RunStatus.RUNNING,
        executor,
        externalId,
        createdAt,
        startedAt,
        null,
        null,
        null,
        Output.NONE,
        "Running",
        provenance);
  }

  /**
   * Returns this active run with the ending of another copy of it, whose request or start may
   * differ.
   *
   * @param ended the other copy, in a final status; its id is that of this run
   * @throws IllegalRunTransitionException if this run has ended
   * @throws IllegalArgumentException if a run of this mode cannot end like that
   */
  public Run withEndingOf(Run ended) {
    requireTransition(ended.status);
    require(id.equals(ended.id), "not the run " + ended.id, id);
    return new Run(
        id,
        spec,
        ended.status,
        executor,
        externalId,
        createdAt,
        startedAt,
        ended.completedAt == null ? null : latest(startedAt, ended.completedAt),
        ended.exitCode,
        ended.reason,
        ended.output,
        ended.message,
        provenance);
  }

  private void requireTransition(RunStatus next) {
    if (!status.canBecome(next)) {
      throw new IllegalRunTransitionException(
          "run %s cannot go from %s to %s".formatted(id, status.text(), next.text()));
    }
  }

  /** Returns the time from start to completion; empty if {@link #completedAt} is null. */
  public Optional<Duration> duration() {
    return Optional.ofNullable(completedAt).map(end -> Duration.between(startedAt, end));
  }

  private static Instant latest(Instant one, Instant other) {
    return other.isAfter(one) ? micros(other) : one;
  }

  private static Instant micros(Instant at) {
    return at.truncatedTo(ChronoUnit.MICROS);
  }
}
