package dev.runregistry.cli.text;

import dev.runregistry.run.text.ShortDuration;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations as people write and read them. */
public final class Durations {
  private static final Duration LONGEST = Duration.ofMillis(Long.MAX_VALUE);
  private static final String DECIMAL = "\\d{1,19}(?:\\.\\d{1,9})?";
  private static final Pattern NUMBER = Pattern.compile(DECIMAL);
  private static final Pattern PART = Pattern.compile("(" + DECIMAL + ")(ms|min|m|sec|s|h|d)");

  private Durations() {}

  /**
   * Reads numbers with units, the largest first, such as {@code 10s}, {@code 10min} or {@code
   * 1h30m}, all that {@link #of} prints among them; a number alone is seconds.
   *
   * @throws IllegalArgumentException if it is anything else; the message names what is allowed
   */
  public static Duration parse(String text) {
    return parse(NUMBER.matcher(text).matches() ? text + "s" : text, text);
  }

  /**
   * Reads the same where a number alone is refused, because few mean seconds by it.
   *
   * @throws IllegalArgumentException if it is anything else, or has no unit
   */
  public static Duration parseWithUnit(String text) {
    return parse(text, text);
  }

  private static Duration parse(String parts, String text) {
    Matcher part = PART.matcher(parts);
    BigDecimal nanos = BigDecimal.ZERO;
    Unit before = null;
    boolean fraction = false;
    while (part.lookingAt()) {
      Unit unit = Unit.of(part.group(2));
      if (fraction || (before != null && unit.compareTo(before) <= 0)) {
        throw refused(text); // 1.5h30m, 30m1h, 1h1h
      }
      before = unit;
      fraction = part.group(1).contains(".");
      nanos = nanos.add(new BigDecimal(part.group(1)).multiply(BigDecimal.valueOf(unit.nanos)));
      part.region(part.end(), parts.length());
    }
    if (before == null || part.regionStart() < parts.length()) {
      throw refused(text);
    }
    BigInteger[] seconds =
        nanos.toBigInteger().divideAndRemainder(BigInteger.valueOf(Unit.SECOND.nanos));
    try {
      Duration duration = Duration.ofSeconds(seconds[0].longValueExact(), seconds[1].longValue());
      if (duration.compareTo(LONGEST) > 0) {
        throw refused(text);
      }
      return duration;
    } catch (ArithmeticException e) {
      throw refused(text);
    }
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "not a duration: '%s'; write a number and a unit, such as 500ms, 10s, 5m, 2h, 1d or 1h30m"
            .formatted(TerminalText.line(text)));
  }

  /** The units, the largest first. */
  private enum Unit {
    DAY(Duration.ofDays(1)),
    HOUR(Duration.ofHours(1)),
    MINUTE(Duration.ofMinutes(1)),
    SECOND(Duration.ofSeconds(1)),
    MILLISECOND(Duration.ofMillis(1));

    private final long nanos;

    Unit(Duration length) {
      nanos = length.toNanos();
    }

    static Unit of(String name) {
      return switch (name) {
        case "d" -> DAY;
        case "h" -> HOUR;
        case "m", "min" -> MINUTE;
        case "s", "sec" -> SECOND;
        default -> MILLISECOND;
      };
    }
  }

  /** Short enough for a table: {@code 850ms}, {@code 3.2s}, {@code 2m05s}, {@code 1h03m}. */
  public static String of(Duration duration) {
    return ShortDuration.of(duration);
  }
}
