package dev.runregistry.cli;

import java.time.Duration;
import java.util.Locale;

/** Durations as people write and read them. */
final class DurationText {
  private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);

  private DurationText() {}

  /**
   * Reads a whole number and its unit, such as {@code 10s}.
   *
   * @throws IllegalArgumentException if it is anything else; the message names what is allowed
   */
  static Duration parse(String text) {
    int digits = 0;
    while (digits < text.length() && isDigit(text.charAt(digits))) {
      digits++;
    }
    try {
      long amount = Long.parseLong(text.substring(0, digits));
      Duration duration =
          switch (text.substring(digits)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> throw refused(text);
          };
      if (duration.compareTo(LONGEST) > 0) {
        throw refused(text);
      }
      return duration;
    } catch (NumberFormatException | ArithmeticException e) {
      throw refused(text);
    }
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "not a duration: '%s'; write a whole number and a unit, such as 500ms, 10s, 5m, 2h or 1d"
            .formatted(Printable.line(text)));
  }

  /** Short enough for a table: {@code 850ms}, {@code 3.2s}, {@code 2m05s}, {@code 1h03m}. */
  static String of(Duration duration) {
    long millis = duration.toMillis();
    if (millis < 1_000) {
      return millis + "ms";
    }
    if (millis < 60_000) {
      return "%d.%ds".formatted(millis / 1_000, millis % 1_000 / 100);
    }
    if (duration.toMinutes() < 60) {
      return pair(duration.toMinutes(), "m", duration.toSecondsPart(), "s");
    }
    if (duration.toHours() < 24) {
      return pair(duration.toHours(), "h", duration.toMinutesPart(), "m");
    }
    return pair(duration.toDays(), "d", duration.toHoursPart(), "h");
  }

  private static String pair(long big, String bigUnit, int small, String smallUnit) {
    return String.format(Locale.ROOT, "%d%s%02d%s", big, bigUnit, small, smallUnit);
  }
}
