package dev.runregistry.run;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/**
 * The recorded part of one output stream: its first {@value #LIMIT_BYTES} bytes as text, never cut
 * inside a character, and one notice line if there was more. Truncated once, when captured;
 * databases and servers store and show it unchanged.
 *
 * @param text at most {@value #LIMIT_BYTES} bytes in UTF-8 and the notice; no NUL, no lone
 *     surrogate; empty when nothing was printed
 */
public record OutputExcerpt(String text) {
  /** The number of recorded bytes; a stream of exactly that size is recorded completely. */
  public static final int LIMIT_BYTES = 10_240;

  /** The maximum size of a stored text in bytes: the limit, a line feed and the notice. */
  public static final int MAX_STORED_BYTES = LIMIT_BYTES + 128;

  /** The text of a stream that printed nothing. */
  public static final OutputExcerpt EMPTY = new OutputExcerpt("");

  private static final int REPLACEMENT = 0xFFFD;

  /**
   * Creates an excerpt from a stored text; use {@link #of(byte[], long)} to capture one.
   *
   * @throws IllegalArgumentException if no capture can have produced it
   */
  public OutputExcerpt {
    Text.requireStorable("captured output", text);
    int bytes = text.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_STORED_BYTES) {
      throw new IllegalArgumentException(
          "captured output must have at most %d bytes, has %d".formatted(MAX_STORED_BYTES, bytes));
    }
  }

  /**
   * Captures a stream from its beginning. Bytes that are not UTF-8 and NUL become U+FFFD; that
   * character takes three bytes, so the size of the text is computed again after decoding.
   *
   * @param head the first bytes of the stream, all of them or at least {@value #LIMIT_BYTES}
   * @param totalBytes the size of the stream
   */
  public static OutputExcerpt of(byte[] head, long totalBytes) {
    if (totalBytes < head.length || head.length < Math.min(totalBytes, LIMIT_BYTES)) {
      throw new IllegalArgumentException(
          "%d bytes cannot be the head of %d".formatted(head.length, totalBytes));
    }
    Cut cut = new Cut();
    boolean goesOn = totalBytes > LIMIT_BYTES;
    boolean whole = cut.take(ByteBuffer.wrap(head, 0, Math.min(head.length, LIMIT_BYTES)), goesOn);
    return new OutputExcerpt(whole && !goesOn ? cut.text.toString() : cut.withNotice(totalBytes));
  }

  /** Captures a text of the registry itself, under the same rules. */
  public static OutputExcerpt of(String text) {
    byte[] bytes = Text.sanitize(text).getBytes(StandardCharsets.UTF_8);
    return of(bytes, bytes.length);
  }

  /** The text so far, its size in UTF-8, and the number of stream bytes that it represents. */
  private static final class Cut {
    private final StringBuilder text = new StringBuilder();
    private int size;
    private int taken;

    /**
     * Decodes as much as fits; returns false if not all of it fits.
     *
     * @param goesOn whether the stream continues, so that the last bytes may be half a character
     */
    boolean take(ByteBuffer in, boolean goesOn) {
      // reports malformed bytes instead of replacing them, so that each is counted
      CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
      CharBuffer valid = CharBuffer.allocate(in.remaining());
      while (true) {
        CoderResult result = decoder.decode(in, valid, false);
        if (!takeAll(valid.flip().toString())) {
          return false;
        }
        valid.clear();
        if (result.isMalformed()) {
          in.position(in.position() + result.length());
          if (!append(REPLACEMENT, result.length())) {
            return false;
          }
        } else { // any rest is the beginning of a character
          return !in.hasRemaining() || goesOn || append(REPLACEMENT, in.remaining());
        }
      }
    }

    private boolean takeAll(String valid) {
      for (int c : valid.codePoints().toArray()) {
        if (!append(c == 0 ? REPLACEMENT : c, utf8Length(c))) {
          return false;
        }
      }
      return true;
    }

    private boolean append(int codePoint, int bytesInStream) {
      if (size + utf8Length(codePoint) > LIMIT_BYTES) {
        return false;
      }
      text.appendCodePoint(codePoint);
      size += utf8Length(codePoint);
      taken += bytesInStream;
      return true;
    }

    String withNotice(long totalBytes) {
      if (text.length() > 0 && text.charAt(text.length() - 1) != '\n') {
        text.append('\n');
      }
      return text
          + "[output truncated: kept the first %d of %d bytes]\n".formatted(taken, totalBytes);
    }

    private static int utf8Length(int codePoint) {
      if (codePoint < 0x80) {
        return 1;
      }
      return codePoint < 0x800 ? 2 : Character.isBmpCodePoint(codePoint) ? 3 : 4;
    }
  }
}
