package dev.runregistry.run.output;

/**
 * A position in the output of a run: all lines before it have been read. Immutable. Positions of
 * one reader that are equal continue with the same lines.
 */
public interface OutputPosition {
  /** The position before the first line. */
  OutputPosition START = of(0, 0);

  /** Returns the offset in the log of stdout in bytes, not negative. */
  long stdout();

  /** Returns the offset in the log of stderr in bytes, not negative. */
  long stderr();

  /**
   * Returns the position with these offsets.
   *
   * @throws IllegalArgumentException if one is negative
   */
  static OutputPosition of(long stdout, long stderr) {
    return new OutputOffsets(stdout, stderr);
  }
}
