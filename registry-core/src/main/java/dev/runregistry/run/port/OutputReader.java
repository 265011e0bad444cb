package dev.runregistry.run.port;

import dev.runregistry.run.output.OutputBatch;
import dev.runregistry.run.output.OutputPosition;
import java.io.Closeable;
import java.io.IOException;

/**
 * Reads the output of one run, while it grows and afterwards. Opened by {@link RunExecutor#output};
 * the caller closes it. Not for use by several threads at once.
 */
public interface OutputReader extends Closeable {
  /**
   * Returns the next lines, without waiting for more. The number of lines and bytes that are read
   * at once is bounded.
   *
   * @param from the start, the {@code next} of a batch, also of another reader of the run, or the
   *     offsets after a line
   * @param ended whether the run has ended: then the last line of each stream needs no line feed
   * @throws IOException if the output cannot be read now
   */
  OutputBatch read(OutputPosition from, boolean ended) throws IOException;
}
