package dev.runregistry.http.internal.output;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;

/** Locates the last lines of a file by reading it backwards in blocks. */
public final class TailLocator {
  private static final int BLOCK = 64 * 1024;

  private TailLocator() {}

  /**
   * Returns the position of the first byte of the last lines.
   *
   * @param size the end of the searched part; later bytes are ignored
   * @param lines the number of lines; a last one without a line feed counts
   * @param least the start of the searched part, which is returned if the lines begin before it
   */
  public static long begin(SeekableByteChannel file, long size, long lines, long least)
      throws IOException {
    if (lines == 0) {
      return size;
    }
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    long seen = 0;
    for (long end = size; end > least; end -= BLOCK) {
      long begin = Math.max(least, end - BLOCK);
      read(file, begin, block.clear().limit((int) (end - begin)));
      for (int i = block.limit() - 1; i >= 0; i--) {
        boolean lastByte = begin + i == size - 1; // terminates the last line
        if (block.get(i) == '\n' && !lastByte && ++seen == lines) {
          return begin + i + 1;
        }
      }
    }
    return least;
  }

  /** Returns the number of lines up to this size; a last one without a line feed counts. */
  public static long count(SeekableByteChannel file, long size) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK);
    long lines = 0;
    byte last = '\n';
    for (long begin = 0; begin < size; begin += BLOCK) {
      read(file, begin, block.clear().limit((int) Math.min(BLOCK, size - begin)));
      for (int i = 0; i < block.limit(); i++) {
        last = block.get(i);
        lines += last == '\n' ? 1 : 0;
      }
    }
    return last == '\n' ? lines : lines + 1;
  }

  private static void read(SeekableByteChannel file, long from, ByteBuffer block)
      throws IOException {
    file.position(from);
    while (block.hasRemaining()) {
      if (file.read(block) < 0) {
        throw new IOException("the run has cut its output while it was being read");
      }
    }
  }
}
