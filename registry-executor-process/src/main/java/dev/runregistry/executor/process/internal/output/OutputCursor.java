package dev.runregistry.executor.process.internal.output;

import dev.runregistry.run.output.OutputPosition;

/**
 * A position in the logs and in their index.
 *
 * @param out the position in the log of stdout
 * @param err the position in the log of stderr
 * @param index the offset of the next line of the index
 */
record OutputCursor(Log out, Log err, long index) implements OutputPosition {
  /**
   * A position in one log. All numbers are bytes from its start, unless they say otherwise.
   *
   * @param read the end of the lines that have been read
   * @param searched the end of the part without a further line feed
   * @param printed the end of the output that comes before the position: the position is behind the
   *     last line in it once {@code searched} is the same
   * @param indexed the end of the output of which the index has been read
   * @param micros the time of the last piece before {@code printed}, in microseconds since 1970; 0
   *     if unknown
   */
  record Log(long read, long searched, long printed, long indexed, long micros) {}

  /** Returns the position itself, or the one with its offsets if another class made it. */
  static OutputCursor of(OutputPosition position) {
    return position instanceof OutputCursor own
        ? own
        : new OutputCursor(logAt(position.stdout()), logAt(position.stderr()), 0);
  }

  private static Log logAt(long offset) {
    return new Log(offset, offset, offset, 0, 0);
  }

  @Override
  public long stdout() {
    return out.read;
  }

  @Override
  public long stderr() {
    return err.read;
  }
}
