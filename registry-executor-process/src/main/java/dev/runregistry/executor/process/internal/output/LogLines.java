package dev.runregistry.executor.process.internal.output;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.output.OutputBatch;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Divides one log into lines, from a position that is set before each use. */
final class LogLines implements Closeable {
  private static final int MAX = OutputBatch.MAX_LINE_BYTES;

  private final LogStream stream;
  private final @Nullable FileChannel channel;
  private final long maxBytes;
  private final ByteBuffer buffer;
  private long bufferStart;
  private long size;
  private long read;
  private long searched;
  private long printed;
  private long indexed;
  private long micros;

  /**
   * Creates it.
   *
   * @param channel the log; null if there is none
   * @param maxBytes the size of the part of the log that is output
   * @param buffer of {@value OutputBatch#MAX_LINE_BYTES} bytes; shared, no content is kept in it
   */
  LogLines(LogStream stream, @Nullable FileChannel channel, long maxBytes, ByteBuffer buffer) {
    this.stream = stream;
    this.channel = channel;
    this.maxBytes = maxBytes;
    this.buffer = buffer;
  }

  /** Continues at the position, in the log as it is now. */
  void start(OutputCursor.Log position) throws IOException {
    size = channel == null ? 0 : Math.min(channel.size(), maxBytes);
    read = position.read();
    searched = position.searched();
    printed = position.printed();
    indexed = position.indexed();
    micros = position.micros();
  }

  OutputCursor.Log position() {
    return new OutputCursor.Log(read, searched, printed, indexed, micros);
  }

  /** Adds the next bytes of the index to the output before the position. */
  void addPiece(OutputIndex.Piece piece) {
    indexed += piece.bytes();
    if (indexed > printed) {
      printed = indexed;
      micros = piece.micros();
    }
  }

  /** Returns whether the log has output that is not before the position. */
  boolean hasMore() {
    return size > printed;
  }

  /** Adds what the log has, at an unknown time, to the output before the position. */
  void addRest() {
    if (hasMore()) {
      printed = size;
      micros = 0;
    }
  }

  /** Passes the next lines on until the batch is full or there is none before the position. */
  void readLines(OutputLines lines) throws IOException {
    buffer.clear().limit(0);
    bufferStart = read;
    while (searched < end() && !lines.isFull()) {
      long limit = Math.min(end(), read + MAX);
      long lineEnd = lineEnd(limit);
      if (lineEnd > 0) {
        emit(lineEnd, lines);
      } else if (limit - read == MAX) {
        emit(read + wholeCharacters(), lines);
      }
    }
  }

  /** Passes what follows the last line feed on, if anything does. */
  void readLast(OutputLines lines) throws IOException {
    buffer.clear().limit(0);
    if (read < end()) {
      emit(end(), lines);
    }
  }

  private long end() {
    return Math.min(printed, size);
  }

  /** Returns the end of the next line, if that is not after the limit; else 0. */
  private long lineEnd(long limit) throws IOException {
    require(searched, limit);
    while (searched < limit) {
      if (buffer.get((int) (searched++ - bufferStart)) == '\n') {
        return searched;
      }
    }
    return 0;
  }

  private void emit(long lineEnd, OutputLines lines) throws IOException {
    require(read, lineEnd);
    ByteBuffer line = buffer.slice((int) (read - bufferStart), (int) (lineEnd - read));
    String text = StandardCharsets.UTF_8.decode(line).toString(); // replaces what is malformed
    long bytes = lineEnd - read;
    read = lineEnd;
    searched = Math.max(searched, lineEnd);
    lines.add(stream, text.replace('\0', '\uFFFD'), time(), bytes);
  }

  private @Nullable Instant time() {
    return micros == 0 ? null : Timestamps.ofMicros(micros);
  }

  /** Returns the number of bytes of a long line up to the last character that is whole. */
  private int wholeCharacters() throws IOException {
    require(read, read + MAX);
    int begin = (int) (read - bufferStart);
    for (int back = 1; back <= 3; back++) {
      int b = buffer.get(begin + MAX - back) & 0xff;
      if (b >= 0xc0) { // it begins a character of 2 to 4 bytes
        int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : 2;
        return length > back ? MAX - back : MAX;
      }
      if (b < 0x80) {
        return MAX;
      }
    }
    return MAX;
  }

  /** Fills the buffer, unless it has that part of the log. */
  private void require(long from, long to) throws IOException {
    if (from >= bufferStart && to <= bufferStart + buffer.limit()) {
      return;
    }
    bufferStart = from;
    buffer.clear().limit((int) Math.min(buffer.capacity(), Math.max(to, end()) - from));
    while (channel != null && buffer.hasRemaining()) {
      if (channel.read(buffer, from + buffer.position()) < 0) {
        throw new IOException("the log of " + stream.text() + " was truncated while it was read");
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
