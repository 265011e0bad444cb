package dev.runregistry.run.query;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunId;
import java.time.Instant;

/**
 * A position in the list of runs: just after this one. Unaffected by new runs.
 *
 * @param createdAt of the run, to the microsecond
 * @param id of the run, to order runs of the same instant
 */
public record RunCursor(Instant createdAt, RunId id) {
  /** Checks the values. */
  public RunCursor {
    requireNonNull(createdAt, "createdAt");
    requireNonNull(id, "id");
  }

  /** Returns the position just after this run. */
  public static RunCursor after(RunSummary run) {
    return new RunCursor(run.createdAt(), run.id());
  }
}
