package dev.runregistry.run.query;

import dev.runregistry.run.RunStatus;
import java.time.Instant;
import java.util.List;

/**
 * The newest runs that meet a filter, as far as they are examined, of which only the time of
 * acceptance and the status are read.
 *
 * @param runs newest first, at most {@link RunQuery#WINDOW}; empty if no run was found
 * @param isComplete whether these are all runs that meet the filter
 */
public record RunSample(List<Entry> runs, boolean isComplete) {
  /**
   * A run.
   *
   * @param createdAt the time of its acceptance
   * @param status its status when it was read
   */
  public record Entry(Instant createdAt, RunStatus status) {}

  /** Copies the list. */
  public RunSample {
    runs = List.copyOf(runs);
  }
}
