package dev.runregistry.run.dataset;

import java.util.List;

/**
 * One page of a list of datasets.
 *
 * @param datasets by key, in the order of {@link String#compareTo}; empty when there are none
 * @param hasNext whether at least one more dataset followed when the page was read
 */
public record DatasetPage(List<DatasetEntry> datasets, boolean hasNext) {
  /** The maximum size of a page. */
  public static final int MAX_LIMIT = 1_000;

  /** Copies the list. */
  public DatasetPage {
    datasets = List.copyOf(datasets);
    if (hasNext && datasets.isEmpty()) {
      throw new IllegalArgumentException("an empty page has no next one");
    }
  }

  /**
   * Checks the size of a page.
   *
   * @throws IllegalArgumentException if it is not 1 to {@value #MAX_LIMIT}
   */
  public static void requireLimit(int limit) {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
    }
  }
}
