package dev.runregistry.cli.list;

import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.TerminalText;
import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Times as people type them, in a time zone and relative to now: dates, times of a day, days by
 * name and distances. Each names a period, such as a day or a minute, which a list can begin or end
 * with.
 */
public final class TimeWords {
  /** The last time of a run. */
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59.999999Z");

  private static final int LEAST_OF_DAY_NAME = 3;
  private static final String DATE = "\\d{4}-\\d{2}-\\d{2}";
  private static final String TIME = "\\d{1,2}:\\d{2}(?::\\d{2})?";
  private static final Pattern TIME_ONLY = Pattern.compile(TIME);
  private static final Pattern DAY_AND_TIME =
      Pattern.compile("(" + DATE + "|[a-z]+)(?:[ t](" + TIME + "))?");
  private static final Pattern WITH_OFFSET =
      Pattern.compile(DATE + "t" + TIME + "(?:\\.\\d{1,9})?(?:z|[+-]\\d{2}:\\d{2})");
  private static final Pattern WEEKS = Pattern.compile("(\\d{1,5}) ?w(?:eeks?)?");
  private static final Pattern LONG_UNIT =
      Pattern.compile("(\\d{1,9}) ?(d|h|min|s)(?:ays?|ours?|utes?|ec(?:onds?)?)?");

  private final Instant now;
  private final ZoneId zone;

  public TimeWords(Instant now, ZoneId zone) {
    this.now = now;
    this.zone = zone;
  }

  /** A period, from its first instant to the one after its last. */
  private record Period(Instant start, Instant end) {}

  /**
   * Returns the first instant of the time.
   *
   * @throws IllegalArgumentException if it is not a time; the message names what is allowed
   */
  public Instant start(String text) {
    return bounded(period(text).start());
  }

  /**
   * Returns the first instant after the time: of a date or a day the next midnight.
   *
   * @throws IllegalArgumentException if it is not a time; the message names what is allowed
   */
  public Instant end(String text) {
    return bounded(period(text).end());
  }

  private static Instant bounded(Instant time) {
    Instant late = time.isAfter(LATEST) ? LATEST : time;
    return late.isBefore(Instant.EPOCH) ? Instant.EPOCH : late;
  }

  private Period period(String text) {
    String word = text.strip().toLowerCase(Locale.ROOT);
    try {
      return exactly(word)
          .or(() -> timeOfToday(word))
          .or(() -> day(word))
          .or(() -> distance(word))
          .orElseThrow(() -> refused(text));
    } catch (DateTimeException | ArithmeticException e) { // 2026-02-30, 25:00, 99999999999d
      throw refused(text);
    }
  }

  private static Optional<Period> exactly(String word) {
    if (!WITH_OFFSET.matcher(word).matches()) {
      return Optional.empty();
    }
    OffsetDateTime parsed = OffsetDateTime.parse(word.toUpperCase(Locale.ROOT));
    Instant time = parsed.toInstant();
    return Optional.of(new Period(time, parsed.getNano() == 0 ? time.plusSeconds(1) : after(time)));
  }

  private Optional<Period> timeOfToday(String word) {
    return TIME_ONLY.matcher(word).matches()
        ? Optional.of(timeOf(today(), word))
        : Optional.empty();
  }

  private Optional<Period> day(String word) {
    Matcher matcher = DAY_AND_TIME.matcher(word);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String name = matcher.group(1);
    Optional<LocalDate> day =
        Character.isDigit(name.charAt(0)) ? Optional.of(LocalDate.parse(name)) : named(name);
    String time = matcher.group(2);
    return day.map(
        date ->
            time == null
                ? new Period(
                    date.atStartOfDay(zone).toInstant(),
                    date.plusDays(1).atStartOfDay(zone).toInstant())
                : timeOf(date, time));
  }

  private Period timeOf(LocalDate day, String time) {
    String padded = time.indexOf(':') == 1 ? "0" + time : time;
    ZonedDateTime start = LocalDateTime.of(day, LocalTime.parse(padded)).atZone(zone);
    boolean hasSeconds = padded.length() > "09:30".length();
    Instant first = start.toInstant();
    return new Period(first, first.plusSeconds(hasSeconds ? 1 : 60));
  }

  /** Returns the last day of that name that has begun. */
  private Optional<LocalDate> named(String name) {
    if (name.equals("today")) {
      return Optional.of(today());
    }
    if (name.equals("yesterday")) {
      return Optional.of(today().minusDays(1));
    }
    for (DayOfWeek day : DayOfWeek.values()) {
      if (name.length() >= LEAST_OF_DAY_NAME
          && day.name().toLowerCase(Locale.ROOT).startsWith(name)) {
        int back = Math.floorMod(today().getDayOfWeek().getValue() - day.getValue(), 7);
        return Optional.of(today().minusDays(back));
      }
    }
    return Optional.empty();
  }

  private LocalDate today() {
    return now.atZone(zone).toLocalDate();
  }

  private Optional<Period> distance(String word) {
    String bare = word.endsWith(" ago") ? word.substring(0, word.length() - 4).strip() : word;
    if (bare.equals("now")) {
      return Optional.of(new Period(now, after(now)));
    }
    Matcher weeks = WEEKS.matcher(bare);
    Matcher unit = LONG_UNIT.matcher(bare);
    try {
      Duration distance =
          weeks.matches()
              ? Duration.ofDays(7L * Integer.parseInt(weeks.group(1)))
              : Durations.parseWithUnit(unit.matches() ? unit.group(1) + unit.group(2) : bare);
      Instant time = now.minus(distance);
      return Optional.of(new Period(time, after(time)));
    } catch (IllegalArgumentException e) { // no duration either
      return Optional.empty();
    }
  }

  private static Instant after(Instant time) {
    return time.plus(1, ChronoUnit.MICROS);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "not a time: '%s'; write a date (2026-11-24), a time (09:30), both (2026-11-24T09:30), a day"
                .formatted(TerminalText.line(text))
            + " (today, yesterday, tuesday) or a time ago (2h, 3d, 1w)");
  }
}
