package dev.runregistry.cli.list;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** The format of a list. */
public enum ListFormat {
  /** A table that fits the terminal. */
  TABLE,
  /** A table with all columns, whole ids and times. */
  WIDE,
  /** JSON Lines. */
  JSON,
  /** Comma-separated values, as in RFC 4180. */
  CSV,
  /** Tab-separated values; tab, line feed, carriage return and backslash are escaped. */
  TSV;

  /** Returns its name in options. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * Parses a format, in upper or lower case.
   *
   * @throws IllegalArgumentException if there is none of that name; the message names all
   */
  static ListFormat parse(String text) {
    return Arrays.stream(values())
        .filter(format -> format.text().equals(text.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no format \"%s\"; allowed are %s".formatted(text, allowed())));
  }

  private static String allowed() {
    return Arrays.stream(values()).map(ListFormat::text).collect(Collectors.joining(", "));
  }

  /** Returns whether it is for people, who need the newest runs and not all of them. */
  boolean isTable() {
    return this == TABLE || this == WIDE;
  }

  /** Returns one line of values, without a line end; only for {@link #CSV} and {@link #TSV}. */
  public String line(List<String> values) {
    return this == CSV
        ? values.stream().map(ListFormat::csv).collect(Collectors.joining(","))
        : values.stream().map(ListFormat::tsv).collect(Collectors.joining("\t"));
  }

  private static String csv(String value) {
    boolean plain = value.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r');
    return plain ? value : '"' + value.replace("\"", "\"\"") + '"';
  }

  private static String tsv(String value) {
    return value
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }
}
