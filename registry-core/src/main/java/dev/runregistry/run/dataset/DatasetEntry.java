package dev.runregistry.run.dataset;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatasetKey;
import org.jspecify.annotations.Nullable;

/**
 * An entry of a list of datasets.
 *
 * @param key its name
 * @param traceCount the number of traces according to its manifest, not negative; null if the
 *     manifest is not well formed (a dry-run reports the problem) or is too large to read for a
 *     list
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
