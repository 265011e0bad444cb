package dev.runregistry.cli.config;

import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The least severe messages of the registry on stderr; each level includes those before it. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG;

  /** Returns the name in settings and in the logging library. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns whether stack traces are shown. */
  public boolean isVerbose() {
    return this == DEBUG;
  }

  /**
   * Reads what {@link #text} writes.
   *
   * @param source for the message
   * @throws UsageException if there is no such level; the message names all that are
   */
  public static LogLevel parse(String text, String source) {
    for (LogLevel level : values()) {
      if (level.text().equals(text)) {
        return level;
      }
    }
    throw new UsageException(
        "no log level '%s' (%s); allowed are %s"
            .formatted(TerminalText.line(text), source, allowed()));
  }

  private static String allowed() {
    return Arrays.stream(values()).map(LogLevel::text).collect(Collectors.joining(", "));
  }
}
