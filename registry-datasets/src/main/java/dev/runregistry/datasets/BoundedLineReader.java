package dev.runregistry.datasets;

import dev.runregistry.internal.files.RegularFiles;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** The lines of a file, one after the other, in bounded memory whatever the file contains. */
final class BoundedLineReader implements Closeable {
  /** The maximum length of a line: a record of a million words fits, and memory is bounded. */
  static final int MAX_BYTES = 8 << 20;

  private static final int BUFFER_BYTES = 1 << 14;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int position;
  private int end;

  private BoundedLineReader(InputStream in) {
    this.in = in;
  }

  /** Opens a regular file, or the target of a link to one. */
  static BoundedLineReader of(Path file) throws IOException {
    return new BoundedLineReader(RegularFiles.newInputStream(file));
  }

  /** Returns the next line; do not call again after one that is the end or too long. */
  Line next() throws IOException {
    if (!hasMore()) {
      return new Line(Kind.END, new byte[0]);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    boolean atLineFeed = false;
    while (!atLineFeed && hasMore()) {
      int stop = nextLineFeed();
      if (bytes.size() + stop - position > MAX_BYTES) {
        return new Line(Kind.TOO_LONG, new byte[0]);
      }
      bytes.write(buffer, position, stop - position);
      atLineFeed = stop < end;
      position = atLineFeed ? stop + 1 : stop;
    }
    return new Line(Kind.WHOLE, bytes.toByteArray());
  }

  /** Returns whether the file continues; then the buffer is not empty. */
  private boolean hasMore() throws IOException {
    if (position == end) {
      position = 0;
      end = Math.max(0, in.read(buffer));
    }
    return position < end;
  }

  /**
   * Returns the position of the line feed in the buffer; the end of the buffer if none is there.
   */
  private int nextLineFeed() {
    int stop = position;
    while (stop < end && buffer[stop] != '\n') {
      stop++;
    }
    return stop;
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
    private static final char REPLACEMENT = '\uFFFD';

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

    /** Returns the line as text, up to the first bytes that are not UTF-8, if there are any. */
    Decoded decoded() {
      String text = new String(bytes, StandardCharsets.UTF_8); // fast, and replaces malformed bytes
      return text.indexOf(REPLACEMENT) < 0 ? new Decoded(text, true) : strictlyDecoded();
    }

    private Decoded strictlyDecoded() {
      CharsetDecoder strict = StandardCharsets.UTF_8.newDecoder();
      ByteBuffer rest = ByteBuffer.wrap(bytes);
      CharBuffer text = CharBuffer.allocate(bytes.length);
      boolean valid = !strict.decode(rest, text, true).isError();
      return new Decoded(text.flip().toString(), valid);
    }
  }

  /**
   * A line as text.
   *
   * @param valid whether the whole line was UTF-8
   */
  record Decoded(String text, boolean valid) {}
}
