package dev.runregistry.run.service;

import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.DryRunFailed;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.idempotency.Submission;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import java.time.InstantSource;
import java.util.Optional;

/**
 * Executes a request at most once for each idempotency key. The run is journaled first, then its
 * key and its start are saved in one transaction, then it starts. So a key in the database always
 * names a run on record, whose ending is recorded eventually like that of any other, whenever this
 * process dies:
 *
 * <ul>
 *   <li>before the transaction: the key is free, and the run is recorded as lost, which started
 *       nothing;
 *   <li>after it: the key names the run.
 * </ul>
 *
 * <p>Safe for use by many threads.
 */
final class IdempotentSubmissions {
  private static final String UNKNOWN_KEY =
      "The database failed when the idempotency key was to be saved; nothing was started";

  private final IdempotencyKeys keys;
  private final RunRepository repository;
  private final RunLifecycle lifecycle;
  private final InstantSource clock;

  IdempotentSubmissions(
      IdempotencyKeys keys, RunRepository repository, RunLifecycle lifecycle, InstantSource clock) {
    this.keys = keys;
    this.repository = repository;
    this.lifecycle = lifecycle;
    this.clock = clock;
  }

  /**
   * Executes the request as the run of {@code wanted}, unless its key is stored for another one.
   *
   * @throws RepositoryException if the database cannot be reached; nothing was started
   * @throws JournalException if the run cannot be journaled; nothing was started or stored
   */
  Submission submit(IdempotencyRecord wanted, RunRequest request) {
    Optional<Submission> earlier = find(wanted.key(), wanted.fingerprint());
    if (earlier.isPresent()) {
      return earlier.get();
    }
    Run running = lifecycle.begin(wanted.runId(), request);
    try {
      IdempotencyRecord stored = save(wanted, running);
      if (!stored.runId().equals(wanted.runId())) {
        lifecycle.withdraw(wanted.runId());
        return toSubmission(stored, wanted.fingerprint());
      }
      lifecycle.bind(running.id());
      return new Submission.Ended(
          lifecycle.execute(running, request, StartRecording.done()), false);
    } finally {
      lifecycle.release(wanted.runId());
    }
  }

  /** On failure it is unknown whether the run is on record: its ending is recorded later. */
  private IdempotencyRecord save(IdempotencyRecord wanted, Run running) {
    try {
      return keys.save(wanted, running);
    } catch (RuntimeException | Error e) {
      lifecycle.finishWithoutDatabase(running, notStarted(running));
      throw e;
    }
  }

  private static RunOutcome notStarted(Run running) {
    Output output = new Output(OutputExcerpt.EMPTY, OutputExcerpt.of(UNKNOWN_KEY + '\n'));
    return running.spec().mode() == RunMode.DRY_RUN
        ? new DryRunFailed(UNKNOWN_KEY, output.stderr().text())
        : new NotStarted(NotStarted.Cause.REFUSED, UNKNOWN_KEY, output);
  }

  /** Returns the result of an earlier request under this key; empty if there was none. */
  Optional<Submission> find(String key, String fingerprint) {
    return keys.find(key, clock.instant()).map(record -> toSubmission(record, fingerprint));
  }

  private Submission toSubmission(IdempotencyRecord record, String fingerprint) {
    if (!record.fingerprint().equals(fingerprint)) {
      return new Submission.KeyMismatch(record.runId());
    }
    return repository
        .find(record.runId())
        .filter(run -> run.status().isFinal())
        .<Submission>map(run -> new Submission.Ended(run, true))
        .orElse(new Submission.InProgress(record.runId()));
  }
}
