package dev.runregistry.run.output;

import java.util.List;

/**
 * The lines after a position.
 *
 * @param lines in the order in which they were completed, as far as it is known; may be empty even
 *     if there are more
 * @param next the position after them
 * @param complete whether there are no more lines yet
 */
public record OutputBatch(List<OutputLine> lines, OutputPosition next, boolean complete) {
  /** The maximum size of a line in bytes: 64 KiB. Longer lines are divided. */
  public static final int MAX_LINE_BYTES = 64 * 1024;

  /** Copies the list. */
  public OutputBatch {
    lines = List.copyOf(lines);
  }

  /** Returns the batch without lines at that position. */
  public static OutputBatch none(OutputPosition at) {
    return new OutputBatch(List.of(), at, true);
  }
}
