package dev.runregistry.executor.process;

import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.LogStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/**
 * Reads the order of the output in the two logs of a run: the file {@code output-index}, which
 * grows while the run is active, with a line for each piece: microseconds since 1970, 0 for stdout
 * or 1 for stderr, and bytes. Not for use by several threads.
 */
public final class OutputPieces implements Closeable {
  private static final int LINE_LIMIT = 100;

  private final InputStream index;
  private final byte[] buffer = new byte[1 << 13];
  private final StringBuilder line = new StringBuilder();
  private int position;
  private int end;

  private OutputPieces(InputStream index) {
    this.index = index;
  }

  static OutputPieces of(Path index) throws IOException {
    return new OutputPieces(RegularFiles.newInputStream(index, LinkOption.NOFOLLOW_LINKS));
  }

  /**
   * Output that was read at once.
   *
   * @param at the time at which its first byte was read
   * @param bytes its size in the log of that stream
   */
  public record Piece(Instant at, LogStream stream, long bytes) {}

  /**
   * Returns the next piece; empty if there is none yet, or the next one is damaged.
   *
   * @throws IOException if the file cannot be read
   */
  public Optional<Piece> next() throws IOException {
    for (int b = read(); b >= 0; b = read()) {
      if (b == '\n') {
        String whole = line.toString();
        line.setLength(0);
        return piece(whole);
      }
      if (line.length() < LINE_LIMIT) {
        line.append((char) b);
      }
    }
    return Optional.empty();
  }

  private int read() throws IOException {
    if (position == end) {
      position = 0;
      end = Math.max(0, index.read(buffer));
      if (end == 0) {
        return -1;
      }
    }
    return buffer[position++] & 0xff;
  }

  private static Optional<Piece> piece(String line) {
    if (!line.matches("\\d{1,18} [01] \\d{1,18}")) {
      return Optional.empty();
    }
    String[] words = line.split(" ", -1);
    return Optional.of(
        new Piece(
            Instant.EPOCH.plus(Long.parseLong(words[0]), ChronoUnit.MICROS),
            words[1].equals("0") ? LogStream.STDOUT : LogStream.STDERR,
            Long.parseLong(words[2])));
  }

  @Override
  public void close() throws IOException {
    index.close();
  }
}
