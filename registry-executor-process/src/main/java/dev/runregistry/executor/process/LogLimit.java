package dev.runregistry.executor.process;

import dev.runregistry.run.OutputExcerpt;

/**
 * The maximum size of each of the two logs of a run. A run with more output is not affected; its
 * log keeps the beginning, and the size of the output is counted.
 *
 * @param bytes at least {@value OutputExcerpt#LIMIT_BYTES}, what the record keeps; {@link
 *     Long#MAX_VALUE} for no limit
 */
public record LogLimit(long bytes) {
  /** No limit. */
  public static final LogLimit NONE = new LogLimit(Long.MAX_VALUE);

  /** 10 GiB: more than can be read, and less than the size of most disks. */
  public static final LogLimit DEFAULT = new LogLimit(10L << 30);

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is less than the size of an excerpt
   */
  public LogLimit {
    if (bytes < OutputExcerpt.LIMIT_BYTES) {
      throw new IllegalArgumentException(
          "the limit of a log must be at least %d bytes, what the record keeps of it: %d"
              .formatted(OutputExcerpt.LIMIT_BYTES, bytes));
    }
  }

  /** Returns a limit of this number of bytes. */
  public static LogLimit of(long bytes) {
    return new LogLimit(bytes);
  }

  /** Returns whether there is a limit. */
  public boolean isLimited() {
    return bytes != Long.MAX_VALUE;
  }
}
