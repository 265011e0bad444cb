package dev.runregistry.run.query;

import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One page of a list.
 *
 * @param runs in the order of the query; empty if no run matches, none in the window does, or the
 *     page is beyond the end
 * @param hasNext whether at least one more run followed when the page was read; of a page from a
 *     window, whether one followed in the window
 * @param searchedTo the last run that was examined, if runs beyond it could have been on the page;
 *     null if there are none, and for pages that are not from a window ({@link
 *     RunQuery#isWindowed})
 */
public record RunPage(List<RunSummary> runs, boolean hasNext, @Nullable RunCursor searchedTo) {
  /** Copies the list. */
  public RunPage {
    runs = List.copyOf(runs);
    if (hasNext && runs.isEmpty()) {
      throw new IllegalArgumentException("an empty page has no next one");
    }
  }

  /** Creates a page that is not from a window, or from one with all runs. */
  public RunPage(List<RunSummary> runs, boolean hasNext) {
    this(runs, hasNext, null);
  }

  /**
   * Returns the position at which the list goes on, in an order by creation: after the last run of
   * the page, or after the last one that was examined. Empty if the list is complete.
   */
  public Optional<RunCursor> next() {
    return hasNext
        ? Optional.of(RunCursor.after(runs.get(runs.size() - 1)))
        : Optional.ofNullable(searchedTo);
  }
}
