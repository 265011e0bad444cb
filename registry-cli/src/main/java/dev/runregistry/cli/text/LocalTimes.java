package dev.runregistry.cli.text;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Locale;

/** Instants as the clock on the wall shows them. */
public final class LocalTimes {
  private static final int DATE_LENGTH = "2026-11-22".length();
  private static final int WEEK_DAYS = 6; // a name of a day means the last one
  private static final int HALF_YEAR_DAYS = 180;

  private LocalTimes() {}

  /** Returns it to the second, such as {@code 2026-11-22 15:30:12}. */
  public static String of(Instant at, ZoneId zone) {
    ZonedDateTime time = at.atZone(zone);
    // not by a DateTimeFormatter: loading one takes longer than the whole list
    return "%04d-%02d-%02d %02d:%02d:%02d"
        .formatted(
            time.getYear(),
            time.getMonthValue(),
            time.getDayOfMonth(),
            time.getHour(),
            time.getMinute(),
            time.getSecond());
  }

  /**
   * Returns it as it is shortest for a reader of now: {@code 5m ago} within a day, {@code Tue
   * 09:12} within a week, {@code 24 Nov 09:12} within the last half year, else {@code 2025-11-24}.
   */
  public static String near(Instant at, ZoneId zone, Instant now) {
    Duration ago = Duration.between(at, now);
    if (ago.isNegative() && ago.toMinutes() == 0) { // of a clock that is a little ahead
      ago = Duration.ZERO;
    }
    if (ago.isNegative() || ago.toDays() >= HALF_YEAR_DAYS) {
      return of(at, zone).substring(0, DATE_LENGTH);
    }
    if (ago.toMinutes() < 1) {
      return ago.toSeconds() + "s ago";
    }
    if (ago.toHours() < 1) {
      return ago.toMinutes() + "m ago";
    }
    if (ago.toDays() < 1) {
      return ago.toHours() + "h ago";
    }
    ZonedDateTime time = at.atZone(zone);
    String clock = "%02d:%02d".formatted(time.getHour(), time.getMinute());
    if (ago.toDays() < WEEK_DAYS) {
      return shortName(time.getDayOfWeek().name()) + " " + clock;
    }
    return time.getDayOfMonth() + " " + shortName(time.getMonth().name()) + " " + clock;
  }

  private static String shortName(String name) { // names in English, as all that is printed
    return name.charAt(0) + name.substring(1, 3).toLowerCase(Locale.ROOT);
  }

  /**
   * Returns it to the second with the distance from UTC, such as {@code 2026-11-22 15:30:12
   * +01:00}.
   */
  public static String withOffset(Instant at, ZoneId zone) {
    return of(at, zone) + " " + zone.getRules().getOffset(at).getId().replace("Z", "UTC");
  }
}
