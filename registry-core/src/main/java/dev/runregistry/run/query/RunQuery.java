package dev.runregistry.run.query;

import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Text;
import org.jspecify.annotations.Nullable;

/**
 * A query for one page of the runs that match every filter, newest first. Start with {@link #all};
 * the other methods return a copy with one value changed.
 *
 * @param status only runs in this status; null for any
 * @param mode only runs of this mode; null for any
 * @param datasetKey only runs with exactly this data set key, which need not be valid; null for any
 * @param host only runs that were started on the host of exactly this name; null for any
 * @param limit the maximum number of runs, 1 to {@value #MAX_LIMIT}
 * @param offset the number of matching runs to skip, from the beginning or from the cursor; not
 *     negative
 * @param after only runs after this position; null to begin with the newest
 */
public record RunQuery(
    @Nullable RunStatus status,
    @Nullable RunMode mode,
    @Nullable String datasetKey,
    @Nullable String host,
    int limit,
    long offset,
    @Nullable RunCursor after) {

  /** The default size of a page. */
  public static final int DEFAULT_LIMIT = 20;

  /** The maximum size of a page. */
  public static final int MAX_LIMIT = 100;

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if a value is outside its range
   */
  public RunQuery {
    if (limit < 1 || limit > MAX_LIMIT) {
      throw new IllegalArgumentException("limit must be 1 to " + MAX_LIMIT + ": " + limit);
    }
    if (offset < 0) {
      throw new IllegalArgumentException("offset must not be negative: " + offset);
    }
    if (datasetKey != null) {
      Text.requireStorable("dataset_key", datasetKey);
    }
    if (host != null) {
      Text.requireStorable("host", host);
    }
  }

  /** Returns a query for the newest {@value #DEFAULT_LIMIT} runs. */
  public static RunQuery all() {
    return new RunQuery(null, null, null, null, DEFAULT_LIMIT, 0, null);
  }

  /** Returns a copy for runs in this status; null for any. */
  public RunQuery withStatus(@Nullable RunStatus wanted) {
    return new RunQuery(wanted, mode, datasetKey, host, limit, offset, after);
  }

  /** Returns a copy for runs of this mode; null for any. */
  public RunQuery withMode(@Nullable RunMode wanted) {
    return new RunQuery(status, wanted, datasetKey, host, limit, offset, after);
  }

  /** Returns a copy for runs of this data set; null for any. */
  public RunQuery withDatasetKey(@Nullable String wanted) {
    return new RunQuery(status, mode, wanted, host, limit, offset, after);
  }

  /** Returns a copy for runs of this host; null for any. */
  public RunQuery withHost(@Nullable String wanted) {
    return new RunQuery(status, mode, datasetKey, wanted, limit, offset, after);
  }

  /** Returns a copy with pages of this size. */
  public RunQuery withLimit(int atMost) {
    return new RunQuery(status, mode, datasetKey, host, atMost, offset, after);
  }

  /** Returns a copy that skips this number of runs. */
  public RunQuery withOffset(long passedOver) {
    return new RunQuery(status, mode, datasetKey, host, limit, passedOver, after);
  }

  /** Returns a copy that starts at this position; null for the beginning. */
  public RunQuery withAfter(@Nullable RunCursor place) {
    return new RunQuery(status, mode, datasetKey, host, limit, offset, place);
  }
}
