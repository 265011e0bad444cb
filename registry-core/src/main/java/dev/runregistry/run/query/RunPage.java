package dev.runregistry.run.query;

import java.util.List;

/**
 * One page of a list.
 *
 * @param runs newest first; empty if no run matches or the page is beyond the end
 * @param hasNext whether at least one more run followed when the page was read
 */
public record RunPage(List<RunSummary> runs, boolean hasNext) {
  /** Copies the list. */
  public RunPage {
    runs = List.copyOf(runs);
    if (hasNext && runs.isEmpty()) {
      throw new IllegalArgumentException("an empty page has no next one");
    }
  }
}
