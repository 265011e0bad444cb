package dev.runregistry.run.queue;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;

/**
 * A run in the queue, with everything that its start needs.
 *
 * @param run the run, pending
 * @param invocation what is started; it may contain secrets
 * @param datasetUsed whether the dataset is validated first and a configuration is written for it
 * @param options its options
 * @param database the database that it is going to be recorded in; with its id once the run is on
 *     record there
 * @param hasKey whether it was submitted under an idempotency key: then it may start only once it
 *     is on record, which its key is together with it
 */
public record QueuedRun(
    Run run,
    Invocation invocation,
    boolean datasetUsed,
    QueueOptions options,
    DatabaseIdentity database,
    boolean hasKey) {
  /**
   * Checks the run.
   *
   * @throws IllegalArgumentException if it is not pending
   */
  public QueuedRun {
    requireNonNull(invocation, "invocation");
    requireNonNull(options, "options");
    requireNonNull(database, "database");
    if (run.status() != RunStatus.PENDING) {
      throw new IllegalArgumentException(
          "a queued run is pending, run %s is %s".formatted(run.id(), run.status().text()));
    }
  }

  /** Returns whether the run is known to be on record. */
  public boolean isRecorded() {
    return database.uuid().isPresent();
  }

  /** Returns the entry of the run in the order of the queue. */
  public WaitingRun waiting() {
    return new WaitingRun(run.id(), options, run.createdAt(), database);
  }
}
