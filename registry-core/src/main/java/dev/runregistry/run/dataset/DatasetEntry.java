package dev.runregistry.run.dataset;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatasetKey;
import org.jspecify.annotations.Nullable;

/**
 * A line of a list of data sets.
 *
 * @param key its name
 * @param traceCount how many traces its manifest claims, not negative; null when the manifest is
 *     not well formed (a dry-run says what is wrong with it) or is too large to be read for a list
 */
public record DatasetEntry(DatasetKey key, @Nullable Long traceCount) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the count is negative
   */
  public DatasetEntry {
    requireNonNull(key, "key");
    if (traceCount != null && traceCount < 0) {
      throw new IllegalArgumentException("trace_count must not be negative: " + traceCount);
    }
  }
}
