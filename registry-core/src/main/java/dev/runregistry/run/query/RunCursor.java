package dev.runregistry.run.query;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunId;
import java.time.Instant;

/**
 * A place in the list of runs: just after this one. Stays where it is while runs are added.
 *
 * @param createdAt of the run, to the microsecond
 * @param id of the run, for those that share an instant
 */
public record RunCursor(Instant createdAt, RunId id) {
  /** Null is refused. */
  public RunCursor {
    requireNonNull(createdAt, "createdAt");
    requireNonNull(id, "id");
  }

  /** The place just after that run. */
  public static RunCursor after(RunSummary run) {
    return new RunCursor(run.createdAt(), run.id());
  }
}
