package dev.runregistry.http;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Instants as the contract writes them: ISO 8601 in UTC with six digits of the second's fraction.
 * By hand, because a page has twenty of them and a formatter takes as long over each as the rest of
 * its line.
 */
final class TimeText {
  private static final int LENGTH = "2026-11-01T12:30:45.123456Z".length();

  private TimeText() {}

  /** The text of an instant of the years 0 to 9999. */
  static String of(Instant instant) {
    LocalDateTime at =
        LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
    StringBuilder text = new StringBuilder(LENGTH);
    append(text, at.getYear(), 4, '-');
    append(text, at.getMonthValue(), 2, '-');
    append(text, at.getDayOfMonth(), 2, 'T');
    append(text, at.getHour(), 2, ':');
    append(text, at.getMinute(), 2, ':');
    append(text, at.getSecond(), 2, '.');
    append(text, at.getNano() / 1_000, 6, 'Z');
    return text.toString();
  }

  private static void append(StringBuilder text, int number, int digits, char after) {
    int end = text.length() + digits;
    text.setLength(end);
    int rest = number;
    for (int i = end - 1; i >= end - digits; i--) {
      text.setCharAt(i, (char) ('0' + rest % 10));
      rest /= 10;
    }
    text.append(after);
  }
}
