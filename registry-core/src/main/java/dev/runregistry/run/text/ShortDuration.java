package dev.runregistry.run.text;

import java.time.Duration;
import java.util.Locale;

/** A duration in its two largest units. */
public final class ShortDuration {
  private ShortDuration() {}

  /** Short enough for a table: {@code 850ms}, {@code 3.2s}, {@code 2m05s}, {@code 1h03m}. */
  public static String of(Duration duration) {
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
