package dev.runregistry.run.port;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RuntimeStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Executes local runs, and reports the state of an execution: whether it lives, how it ended, its
 * output. Safe for use by many threads and many processes at once.
 *
 * <p>Each run has a workspace, a directory of this host created by the journal. The executor keeps
 * there what it needs to inspect the execution after a crash, and nothing else.
 *
 * <p>Evidence that cannot be read is not evidence that is absent: only a file that does not exist
 * means that something did not happen. On any other failure a method throws, and the run is
 * inspected again later.
 */
public interface RunExecutor {
  /** The reason to terminate an execution that has no registry any more. */
  enum TerminationReason {
    /** It exceeded its time limit, which becomes its outcome. */
    TIME_LIMIT,
    /** It has waited in the queue of its engine for longer than its executor permits. */
    PENDING_LIMIT,
    /** It has ended; only its remaining processes are terminated. */
    ENDED
  }

  /** Returns its name on record, such as {@code process}; 1 to 64 characters, constant. */
  String name();

  /**
   * Returns whether its engine has a queue of its own, so that an execution may start long after
   * {@link #start} has returned. A run of it is pending until {@link ExecutionHandle#started} or
   * {@link #inspect} reports its start.
   */
  default boolean hasQueue() {
    return false;
  }

  /**
   * Returns whether its runs end with the host on which they were started; false if an engine has
   * them elsewhere. Constant.
   */
  default boolean endsWithHost() {
    return true;
  }

  /**
   * Starts a run and returns without waiting for its end. Every ending is a value of the handle's
   * result: a missing program, a time limit, a signal. The time limit of the run counts from its
   * start. When the run ends, none of its processes is left running.
   *
   * <p>An outcome has the beginning of both streams, as {@link dev.runregistry.run.OutputExcerpt}
   * cuts them, whatever ended the run. A program that does not exist is {@link
   * RunOutcome.NotStarted} with {@link RunOutcome.NotStarted.Cause#NOT_FOUND}, and its message is
   * also the output to stderr. Runs do not wait for each other.
   *
   * @param run a local run that is in the journal: {@code running}, or {@code pending} if this
   *     executor {@link #hasQueue has a queue}
   * @param invocation the command to start; the record has it with its secrets redacted
   * @param workspace the directory of the run
   */
  ExecutionHandle start(Run run, Invocation invocation, Path workspace);

  /**
   * Returns the state of a run whose registry is gone. The result is final only if the caller holds
   * the run's lock: then its registry cannot be about to record an ending, and a lost run stays
   * lost. Also accepts runs that it never started, dry-runs included, which are {@link
   * Inspection.Lost} once their registry is gone.
   *
   * @param run as the journal has it
   * @param workspace the directory of the run
   * @throws UnreadableOutcomeException if the evidence cannot be read now
   */
  Inspection inspect(Run run, Path workspace);

  /**
   * Returns the workspaces of those of these runs that its engine knows, whichever home submitted
   * them. A workspace may not be visible on this host. Empty for an executor that {@link
   * #endsWithHost ends with its host}.
   *
   * @throws UnreadableOutcomeException if the engine cannot be queried now
   */
  default Map<RunId, Path> workspaces(Set<RunId> runs) {
    return Map.of();
  }

  /**
   * Returns why the engine has not started a run yet, in the words of the engine, as it was last
   * known to this process; empty if that is not known. Queries nothing, and may be called for any
   * run at any time.
   */
  default Optional<String> lastPendingReason(RunId id) {
    return Optional.empty();
  }

  /**
   * Returns whether a process lives of a run whose journal entry cannot be read.
   *
   * @throws UnreadableOutcomeException if the evidence cannot be read now
   */
  boolean isAlive(RunId id, Path workspace);

  /**
   * Terminates the live processes of a run that has no registry any more, or takes it out of the
   * queue of the engine. For {@link TerminationReason#TIME_LIMIT} the reason is recorded durably
   * first. Returns when the processes are gone, or cannot be terminated.
   *
   * @param run a run whose lock the caller holds
   * @throws UnreadableOutcomeException if the reason cannot be recorded; nothing was terminated
   */
  void terminate(Run run, Path workspace, TerminationReason reason);

  /**
   * Cancels a run that has no registry any more: records durably that it is terminated because of
   * the request, then terminates its live processes, and returns its state. A run that has ended by
   * itself or exceeded its time limit before is recorded as that. Returns when the processes are
   * gone, or cannot be terminated.
   *
   * @param run a run whose lock the caller holds
   * @return as {@link #inspect} would; {@link Inspection.Running} if it cannot be terminated
   * @throws UnreadableOutcomeException if the evidence cannot be read, or the request not be
   *     recorded, now; nothing was terminated then
   */
  Inspection cancel(Run run, Path workspace, CancelRequest request);

  /**
   * Returns whether the program of that command can be started here, now. Uses the lookup of {@link
   * #start}; fast enough to be called before every run.
   *
   * @param command the program and its arguments, at least the program
   */
  RuntimeStatus probe(List<String> command);

  /**
   * Returns the file with the complete output of a run to that stream; it only grows, unless the
   * run itself truncates it. Empty if there is none: nothing was started, or it was deleted.
   */
  Optional<Path> log(Path workspace, LogStream stream);

  /**
   * Returns the number of bytes of each log file that are output. Bytes after them are not: the
   * output was longer, and only its beginning is kept. {@link Long#MAX_VALUE} if all is kept.
   */
  default long maxLogBytes(Path workspace) {
    return Long.MAX_VALUE;
  }

  /**
   * Opens the output of a run, to read it in its order. Empty if there is none: nothing was started
   * yet, or it was deleted.
   *
   * @throws IOException if it cannot be opened now
   */
  default Optional<OutputReader> output(Path workspace) throws IOException {
    return Optional.empty();
  }

  /**
   * Returns the outcome of a run that was cancelled before {@link #start}, because its dataset was
   * still being validated; empty if the executor knows no reason.
   */
  default Optional<RunOutcome> cancelled() {
    return Optional.empty();
  }
}
