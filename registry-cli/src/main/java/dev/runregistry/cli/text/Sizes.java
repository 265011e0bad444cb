package dev.runregistry.cli.text;

import dev.runregistry.executor.process.LogLimit;
import java.util.List;
import java.util.Locale;

/** Sizes as people write and read them, with the units of {@code truncate} and {@code dd}. */
public final class Sizes {
  private static final String NONE = "none";
  private static final List<String> PREFIXES = List.of("", "K", "M", "G", "T");

  private Sizes() {}

  /**
   * Reads a whole number and its unit: {@code K} and {@code KiB} are 1 024 bytes, {@code KB} is 1
   * 000; {@code M}, {@code G} and {@code T} likewise. {@code none} and 0 stand for no limit.
   *
   * @throws IllegalArgumentException if it is anything else or too small; the message names what is
   *     allowed
   */
  public static LogLimit parse(String text) {
    if (text.equals(NONE)) {
      return LogLimit.NONE;
    }
    int digits = 0;
    while (digits < text.length() && text.charAt(digits) >= '0' && text.charAt(digits) <= '9') {
      digits++;
    }
    try {
      long number = Long.parseLong(text.substring(0, digits));
      long bytes = Math.multiplyExact(number, unit(text.substring(digits), text));
      return bytes == 0 ? LogLimit.NONE : LogLimit.of(bytes);
    } catch (NumberFormatException | ArithmeticException e) {
      throw refused(text);
    }
  }

  private static long unit(String unit, String text) {
    for (int power = 0; power < PREFIXES.size(); power++) {
      String prefix = PREFIXES.get(power);
      if (unit.equals(prefix) || (power > 0 && unit.equals(prefix + "iB"))) {
        return 1L << (10 * power);
      }
      if (unit.equals(prefix + "B")) {
        return Math.round(Math.pow(1_000, power));
      }
    }
    throw refused(text);
  }

  private static IllegalArgumentException refused(String text) {
    return new IllegalArgumentException(
        "not a size: '%s'; write a whole number and a unit, such as 64K, 500MB or 10GiB, or none"
            .formatted(TerminalText.line(text)));
  }

  /** Returns a number of bytes rounded to tenths of its largest unit, such as 3.4 GiB. */
  public static String rounded(long bytes) {
    int power = 0;
    double number = bytes;
    while (power < PREFIXES.size() - 1 && number >= 1_024) {
      number /= 1_024;
      power++;
    }
    return power == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, "%.1f %siB", number, PREFIXES.get(power));
  }

  /** Returns it in the largest unit of which it is a whole number. */
  public static String of(LogLimit limit) {
    if (!limit.isLimited()) {
      return NONE;
    }
    long bytes = limit.bytes();
    int power = 0;
    while (power < PREFIXES.size() - 1 && bytes % 1_024 == 0) {
      bytes /= 1_024;
      power++;
    }
    return bytes + PREFIXES.get(power) + (power == 0 ? "B" : "iB");
  }
}
