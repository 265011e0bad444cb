package dev.runregistry.run.dataset;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatasetKey;
import java.nio.file.Path;

/**
 * A dataset with a well-formed manifest.
 *
 * @param key its name
 * @param title the name for people, from the manifest
 * @param version from the manifest
 * @param traceCount the number of traces according to the manifest, not negative
 * @param records the absolute path of its {@code dataset.jsonl}, which need not exist
 */
public record Dataset(DatasetKey key, String title, String version, long traceCount, Path records) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if the count is negative or the path not absolute
   */
  public Dataset {
    requireNonNull(key, "key");
    requireNonNull(title, "title");
    requireNonNull(version, "version");
    if (traceCount < 0) {
      throw new IllegalArgumentException("trace_count must not be negative: " + traceCount);
    }
    if (!records.isAbsolute()) {
      throw new IllegalArgumentException("the path of the records must be absolute: " + records);
    }
  }
}
