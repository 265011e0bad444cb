package dev.runregistry.executor.local;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The lines of a file, one after the other, in bounded memory whatever the file holds. */
final class BoundedLines implements Closeable {
  /** The longest line that is read: a record of a million words, and no more memory than that. */
  static final int MAX_BYTES = 8 << 20;

  private static final int BUFFER_BYTES = 1 << 16;

  private final InputStream in;

  private BoundedLines(InputStream in) {
    this.in = in;
  }

  static BoundedLines of(Path file) throws IOException {
    return new BoundedLines(new BufferedInputStream(Files.newInputStream(file), BUFFER_BYTES));
  }

  /** The next line; call no more after one that is the end or too long. */
  Line next() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    int read = in.read();
    if (read < 0) {
      return new Line(Kind.END, new byte[0]);
    }
    for (; read >= 0 && read != '\n'; read = in.read()) {
      if (bytes.size() == MAX_BYTES) {
        return new Line(Kind.TOO_LONG, new byte[0]);
      }
      bytes.write(read);
    }
    return new Line(Kind.WHOLE, bytes.toByteArray());
  }

  @Override
  public void close() throws IOException {
    in.close();
  }

  private enum Kind {
    WHOLE,
    TOO_LONG,
    END
  }

  /** A line without its line feed. */
  static final class Line {
    private final Kind kind;
    private final byte[] bytes;

    private Line(Kind kind, byte[] bytes) {
      this.kind = kind;
      this.bytes = bytes;
    }

    boolean isEnd() {
      return kind == Kind.END;
    }

    boolean isTooLong() {
      return kind == Kind.TOO_LONG;
    }

    boolean isBlank() {
      for (byte b : bytes) {
        if (b != ' ' && b != '\t' && b != '\r') {
          return false;
        }
      }
      return true;
    }

    /** The line as text, up to the first bytes that are not UTF-8, if there are any. */
    Decoded decoded() {
      CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      CharBuffer text = CharBuffer.allocate(bytes.length);
      boolean whole = !strict.decode(rest, text, true).isError();
      return new Decoded(text.flip().toString(), whole);
    }
  }

  /**
   * A line as text.
   *
   * @param whole whether all of the line was UTF-8
   */
  record Decoded(String text, boolean whole) {}
}
