package dev.runregistry.run.query;

import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Text;
import org.jspecify.annotations.Nullable;

/**
 * Which runs to list: all that match every filter, newest first, one page of them. Start with
 * {@link #all}; the other methods return a copy with one thing changed.
 *
 * @param status only runs in this status; null for any
 * @param mode only runs of this mode; null for any
 * @param datasetKey only runs with exactly this data set key, which need not be a legal one; null
 *     for any
 * @param limit how many at most, 1 to {@value #MAX_LIMIT}
 * @param offset how many matching runs to pass over, from the beginning or from the cursor; not
 *     negative
 * @param after only runs that come after this place; null to begin with the newest
 */
public record RunQuery(
    @Nullable RunStatus status,
    @Nullable RunMode mode,
    @Nullable String datasetKey,
    int limit,
    long offset,
    @Nullable RunCursor after) {

  /** The size of a page where nothing is said. */
  public static final int DEFAULT_LIMIT = 20;

  /** The largest page. */
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
  }

  /** The newest {@value #DEFAULT_LIMIT} runs. */
  public static RunQuery all() {
    return new RunQuery(null, null, null, DEFAULT_LIMIT, 0, null);
  }

  /** The same with only runs in that status; null for any. */
  public RunQuery withStatus(@Nullable RunStatus wanted) {
    return new RunQuery(wanted, mode, datasetKey, limit, offset, after);
  }

  /** The same with only runs of that mode; null for any. */
  public RunQuery withMode(@Nullable RunMode wanted) {
    return new RunQuery(status, wanted, datasetKey, limit, offset, after);
  }

  /** The same with only runs of that data set; null for any. */
  public RunQuery withDatasetKey(@Nullable String wanted) {
    return new RunQuery(status, mode, wanted, limit, offset, after);
  }

  /** The same with pages of that size. */
  public RunQuery withLimit(int atMost) {
    return new RunQuery(status, mode, datasetKey, atMost, offset, after);
  }

  /** The same, passing over that many runs. */
  public RunQuery withOffset(long passedOver) {
    return new RunQuery(status, mode, datasetKey, limit, passedOver, after);
  }

  /** The same, from that place on; null for the beginning. */
  public RunQuery withAfter(@Nullable RunCursor place) {
    return new RunQuery(status, mode, datasetKey, limit, offset, place);
  }
}
