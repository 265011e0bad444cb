package dev.runregistry.run.queue;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.RunId;
import java.time.Instant;
import java.util.Comparator;

/**
 * The place of a run in the queue. Its natural order is the order of the starts: higher priorities
 * first, then older runs, then by id.
 *
 * @param id the run
 * @param options its options
 * @param queuedAt the time at which it was accepted
 * @param database the database of the run; with its id once the run is on record there
 */
public record WaitingRun(
    RunId id, QueueOptions options, Instant queuedAt, DatabaseIdentity database)
    implements Comparable<WaitingRun> {
  private static final Comparator<WaitingRun> ORDER =
      comparing((WaitingRun run) -> run.options.priority())
          .reversed()
          .thenComparing(WaitingRun::queuedAt)
          .thenComparing(run -> run.id.toString());

  /** Checks the values. */
  public WaitingRun {
    requireNonNull(id, "id");
    requireNonNull(options, "options");
    requireNonNull(queuedAt, "queuedAt");
    requireNonNull(database, "database");
  }

  /** Returns whether the run is known to be on record. */
  public boolean isRecorded() {
    return database.uuid().isPresent();
  }

  @Override
  public int compareTo(WaitingRun other) {
    return ORDER.compare(this, other);
  }

  /** Two are equal if they have the same place in the order. */
  @Override
  public boolean equals(Object other) {
    return other instanceof WaitingRun run && compareTo(run) == 0;
  }

  @Override
  public int hashCode() {
    return id.hashCode();
  }
}
