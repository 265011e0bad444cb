package dev.runregistry.executor.process.internal.output;

import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file with the order of the output, read from any offset: a line for each piece, with
 * microseconds since 1970, 0 for stdout or 1 for stderr, and bytes. Damaged lines are skipped.
 */
public final class OutputIndex implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(OutputIndex.class);
  private static final int MAX_LINE = 100;
  private static final int MAX_DIGITS = 18; // any such number fits into a long

  private final Path file;
  private final ByteBuffer buffer = ByteBuffer.allocate(8 * 1024).limit(0);
  private @Nullable FileChannel channel;
  private long bufferStart;

  /** Creates it; the file is opened when it is read first. */
  public OutputIndex(Path file) {
    this.file = file;
  }

  /**
   * A piece of output.
   *
   * @param micros the time of its first byte
   * @param isStdout whether it is of stdout, else of stderr
   * @param bytes its size
   * @param next the offset of the next line of the index
   */
  public record Piece(long micros, boolean isStdout, long bytes, long next) {}

  /** Returns whether the file exists. */
  public boolean exists() throws IOException {
    return channel() != null;
  }

  /** Returns the size of the file; 0 if there is none. */
  long size() throws IOException {
    FileChannel opened = channel();
    return opened == null ? 0 : opened.size();
  }

  /** Returns the first piece at the offset or after it; null if there is none yet. */
  public @Nullable Piece at(long offset) throws IOException {
    long begin = offset;
    for (byte[] line = lineAt(begin); line != null; line = lineAt(begin)) {
      Piece piece = parse(line, begin + line.length + 1);
      if (piece != null) {
        return piece;
      }
      begin += line.length + 1;
    }
    return null;
  }

  /** Returns the line without its line feed, or the first part of a longer one; null if none. */
  private byte @Nullable [] lineAt(long offset) throws IOException {
    if (offset < bufferStart || offset + MAX_LINE > bufferStart + buffer.limit()) {
      fill(offset);
    }
    int begin = (int) (offset - bufferStart);
    int end = Math.min(buffer.limit(), begin + MAX_LINE);
    for (int i = begin; i < end; i++) {
      if (buffer.get(i) == '\n') {
        return copy(begin, i);
      }
    }
    return end - begin == MAX_LINE ? copy(begin, end - 1) : null;
  }

  private byte[] copy(int begin, int end) {
    byte[] line = new byte[end - begin];
    buffer.get(begin, line);
    return line;
  }

  private void fill(long offset) throws IOException {
    FileChannel opened = channel();
    bufferStart = offset;
    buffer.clear();
    for (int n = 0; opened != null && n >= 0 && buffer.hasRemaining(); ) {
      n = opened.read(buffer, offset + buffer.position());
    }
    buffer.flip();
  }

  private static @Nullable Piece parse(byte[] line, long next) {
    int first = indexOfBlank(line, 0);
    int second = indexOfBlank(line, first + 1);
    if (first < 0 || second != first + 2 || (line[first + 1] | 1) != '1') {
      return null;
    }
    long micros = number(line, 0, first);
    long bytes = number(line, second + 1, line.length);
    return micros < 0 || bytes < 0 ? null : new Piece(micros, line[first + 1] == '0', bytes, next);
  }

  private static int indexOfBlank(byte[] line, int from) {
    for (int i = from; i < line.length; i++) {
      if (line[i] == ' ') {
        return i;
      }
    }
    return -1;
  }

  /** Returns the number that these digits are; -1 if they are none. */
  private static long number(byte[] line, int from, int to) {
    long number = to > from && to - from <= MAX_DIGITS ? 0 : -1;
    for (int i = from; number >= 0 && i < to; i++) {
      number = line[i] >= '0' && line[i] <= '9' ? number * 10 + line[i] - '0' : -1;
    }
    return number;
  }

  private @Nullable FileChannel channel() throws IOException {
    if (channel == null) {
      try {
        channel = RegularFiles.open(file, LinkOption.NOFOLLOW_LINKS);
      } catch (NoSuchFileException | NotRegularFileException e) { // replaced by the run
        log.debug("{} is not there", file);
      }
    }
    return channel;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
