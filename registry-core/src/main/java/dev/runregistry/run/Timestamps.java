package dev.runregistry.run;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * Converts instants to and from the forms in which they are recorded, with a precision of
 * microseconds.
 */
public final class Timestamps {
  private static final long PER_SECOND = 1_000_000;
  private static final int NANOS = 1_000;
  private static final byte[] PATTERN =
      "0000-00-00T00:00:00.000000Z".getBytes(StandardCharsets.ISO_8859_1);

  private Timestamps() {}

  /**
   * Returns the whole microseconds from 1970 to this instant. {@code ChronoUnit.MICROS.between}
   * counts in nanoseconds, which overflow in the year 2262.
   *
   * @throws ArithmeticException if they do not fit into a long, more than 292 000 years away
   */
  public static long toMicros(Instant at) {
    return Math.addExact(Math.multiplyExact(at.getEpochSecond(), PER_SECOND), at.getNano() / NANOS);
  }

  /** Returns the instant this many microseconds after 1970. */
  public static Instant ofMicros(long micros) {
    return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
  }

  /**
   * Returns the text of an instant as the API contract and SQLite have it: ISO 8601 in UTC with six
   * fractional digits, so that texts sort as instants do. Hand-written, because a list has twenty
   * of them and a formatter takes as long for each as the rest of its line.
   *
   * @param instant of the years 0 to 9999
   */
  public static String text(Instant instant) {
    LocalDateTime at =
        LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
    byte[] text = PATTERN.clone();
    put(text, 0, 4, at.getYear());
    put(text, 5, 2, at.getMonthValue());
    put(text, 8, 2, at.getDayOfMonth());
    put(text, 11, 2, at.getHour());
    put(text, 14, 2, at.getMinute());
    put(text, 17, 2, at.getSecond());
    put(text, 20, 6, at.getNano() / NANOS);
    return new String(text, StandardCharsets.ISO_8859_1);
  }

  private static void put(byte[] text, int begin, int digits, int number) {
    int rest = number;
    for (int i = begin + digits - 1; i >= begin; i--) {
      text[i] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
  }
}
