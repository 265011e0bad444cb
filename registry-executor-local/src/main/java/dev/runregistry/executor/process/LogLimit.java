package dev.runregistry.executor.process;

import dev.runregistry.run.OutputExcerpt;

/**
 * How long each of the two logs of a run may become. A run that prints more goes on undisturbed;
 * its log keeps the beginning, and how much there was is counted.
 *
 * @param bytes at least {@value OutputExcerpt#LIMIT_BYTES}, what the record keeps; {@link
 *     Long#MAX_VALUE} for no limit
 */
public record LogLimit(long bytes) {
  /** No limit. */
  public static final LogLimit NONE = new LogLimit(Long.MAX_VALUE);

  /** 10 GiB: more than anybody reads, and less than most disks have. */
  public static final LogLimit DEFAULT = new LogLimit(10L << 30);

  /**
   * Checks the number.
   *
   * @throws IllegalArgumentException if it is less than the record keeps
   */
  public LogLimit {
    if (bytes < OutputExcerpt.LIMIT_BYTES) {
      throw new IllegalArgumentException(
          "the limit of a log must be at least %d bytes, what the record keeps of it: %d"
              .formatted(OutputExcerpt.LIMIT_BYTES, bytes));
    }
  }

  /** That many bytes. */
  public static LogLimit of(long bytes) {
    return new LogLimit(bytes);
  }

  /** Whether there is one. */
  public boolean isLimited() {
    return bytes != Long.MAX_VALUE;
  }
}
