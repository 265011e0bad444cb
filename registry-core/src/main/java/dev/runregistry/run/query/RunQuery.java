package dev.runregistry.run.query;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunStatus;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A query for one page of the runs that meet every condition of a filter. Start with {@link #all};
 * the other methods return a copy with one value changed.
 *
 * @param filter the conditions
 * @param order the order of the list
 * @param limit the maximum number of runs, 1 to {@value #MAX_LIMIT}
 * @param offset the number of matching runs to skip, from the beginning or from the cursor; not
 *     negative
 * @param after only runs after this position; null to begin with the first; only in an order by
 *     creation
 */
public record RunQuery(
    RunFilter filter, RunOrder order, int limit, long offset, @Nullable RunCursor after) {

  /** The default size of a page. */
  public static final int DEFAULT_LIMIT = 20;

  /** The maximum size of a page. */
  public static final int MAX_LIMIT = 100;

  /**
   * The maximum number of runs that are examined for one page where no index leads to the runs of
   * the page: see {@link #isWindowed}.
   */
  public static final int WINDOW = 10_000;

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if a value is outside its range
   */
  public RunQuery {
    requireNonNull(filter, "filter");
    requireNonNull(order, "order");
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
    }
    if (offset < 0) {
      throw new IllegalArgumentException("offset must not be negative: " + offset);
    }
    if (after != null && !order.isByCreation()) {
      throw new IllegalArgumentException("a list by " + order.text() + " has no cursor");
    }
  }

  /** Returns a query for the newest {@value #DEFAULT_LIMIT} runs. */
  public static RunQuery all() {
    return new RunQuery(RunFilter.NONE, RunOrder.NEWEST_FIRST, DEFAULT_LIMIT, 0, null);
  }

  /**
   * Returns whether a page is taken from a window: the first {@value #WINDOW} runs, by creation in
   * the direction of the order, that meet the times and one of the conditions. So it is if no
   * single index leads to the runs ({@link RunFilter#isUnindexed}), and for an order other than
   * that by creation if there is any condition.
   */
  public boolean isWindowed() {
    return filter.isUnindexed() || (!order.isByCreation() && !filter.equals(RunFilter.NONE));
  }

  /** Returns a copy with these conditions. */
  public RunQuery withFilter(RunFilter wanted) {
    return new RunQuery(wanted, order, limit, offset, after);
  }

  /** Returns a copy in this order. */
  public RunQuery withOrder(RunOrder wanted) {
    return new RunQuery(filter, wanted, limit, offset, after);
  }

  /** Returns a copy for runs in this status; null for any. */
  public RunQuery withStatus(@Nullable RunStatus wanted) {
    return withFilter(filter.withStatuses(wanted == null ? Set.of() : Set.of(wanted)));
  }

  /** Returns a copy for runs of this mode; null for any. */
  public RunQuery withMode(@Nullable RunMode wanted) {
    return withFilter(filter.withModes(wanted == null ? Set.of() : Set.of(wanted)));
  }

  /** Returns a copy for runs of this data set; null for any. */
  public RunQuery withDatasetKey(@Nullable String wanted) {
    return withFilter(filter.withDatasetKeys(wanted == null ? Set.of() : Set.of(wanted)));
  }

  /** Returns a copy for runs of this host; null for any. */
  public RunQuery withHost(@Nullable String wanted) {
    return withFilter(filter.withHosts(wanted == null ? Set.of() : Set.of(wanted)));
  }

  /** Returns a copy with pages of this size. */
  public RunQuery withLimit(int atMost) {
    return new RunQuery(filter, order, atMost, offset, after);
  }

  /** Returns a copy that skips this number of runs. */
  public RunQuery withOffset(long passedOver) {
    return new RunQuery(filter, order, limit, passedOver, after);
  }

  /** Returns a copy that starts at this position; null for the beginning. */
  public RunQuery withAfter(@Nullable RunCursor place) {
    return new RunQuery(filter, order, limit, offset, place);
  }
}
