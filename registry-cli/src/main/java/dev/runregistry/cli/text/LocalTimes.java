package dev.runregistry.cli.text;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/** Instants as the clock on the wall shows them. */
public final class LocalTimes {
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

  /** The same with the distance from UTC, such as {@code 2026-11-22 15:30:12 +01:00}. */
  public static String withOffset(Instant at, ZoneId zone) {
    return of(at, zone) + " " + zone.getRules().getOffset(at).getId().replace("Z", "UTC");
  }
}
