package dev.runregistry.http.internal.request;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A range of bytes of a file.
 *
 * @param begin the position of the first byte
 * @param end the position after the last byte
 */
public record ByteRange(long begin, long end) {
  // any number of 18 digits fits into a long
  private static final Pattern SINGLE =
      Pattern.compile("bytes=\\s*([0-9]{0,18})-([0-9]{0,18})\\s*");

  public long length() {
    return end - begin;
  }

  /**
   * Returns whether a Range header requests one range of bytes; all others may be ignored (RFC
   * 9110).
   */
  public static boolean isSingle(String header) {
    Matcher range = SINGLE.matcher(header);
    if (!range.matches() || (range.group(1).isEmpty() && range.group(2).isEmpty())) {
      return false;
    }
    return range.group(1).isEmpty() || range.group(2).isEmpty() || first(range) <= last(range);
  }

  private static long first(Matcher range) {
    return Long.parseLong(range.group(1));
  }

  private static long last(Matcher range) {
    return Long.parseLong(range.group(2));
  }

  /**
   * Returns the bytes that a single range selects in a file of that size; empty if there are none.
   */
  public static Optional<ByteRange> parse(String header, long size) {
    Matcher range = SINGLE.matcher(header);
    if (!range.matches()) {
      throw new IllegalArgumentException("not a single range: " + header);
    }
    ByteRange found;
    if (range.group(1).isEmpty()) {
      found = new ByteRange(Math.max(0, size - last(range)), size);
    } else if (range.group(2).isEmpty()) {
      found = new ByteRange(first(range), size);
    } else {
      found = new ByteRange(first(range), Math.min(size, last(range) + 1));
    }
    return Optional.of(found).filter(bytes -> bytes.length() > 0);
  }
}
