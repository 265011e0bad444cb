package dev.runregistry.json;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lines of a text in UTF-8, each of which needs a bounded amount of memory. Used by one
 * thread.
 */
public final class BoundedLines {
  private final Reader in;
  private final int most;
  private final char[] buffer = new char[1 << 16];
  private int position;
  private int end;

  /**
   * Creates a reader.
   *
   * @param in is not closed
   * @param most the maximum length of a line in characters, positive
   */
  public BoundedLines(InputStream in, int most) {
    this.in = new InputStreamReader(in, StandardCharsets.UTF_8);
    this.most = most;
  }

  /**
   * Returns the next line without its line feed; null at the end of the text. Of a longer line than
   * the maximum it has one character more than that, and the rest is lost: see {@link #isTooLong}.
   */
  public @Nullable String next() throws IOException {
    StringBuilder line = new StringBuilder();
    boolean any = false;
    while (position < end || fill()) {
      any = true;
      int start = position;
      while (position < end && buffer[position] != '\n') {
        position++;
      }
      line.append(buffer, start, Math.min(position - start, most + 1 - line.length()));
      if (position < end) {
        position++; // the line feed
        return line.toString();
      }
    }
    return any ? line.toString() : null;
  }

  /** Returns whether that line was longer than the maximum. */
  public boolean isTooLong(String line) {
    return line.length() > most;
  }

  private boolean fill() throws IOException {
    position = 0;
    end = Math.max(0, in.read(buffer));
    return end > 0;
  }
}
