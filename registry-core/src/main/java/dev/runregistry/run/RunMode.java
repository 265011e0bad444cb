package dev.runregistry.run;

import java.util.List;
import java.util.stream.Collectors;

/** What a run does. Stored and shown by its {@link #text()}: never change one. */
public enum RunMode {
  /** Checks the data set and the configuration, starts nothing. */
  DRY_RUN("dry-run"),
  /** Starts a process on this host. */
  LOCAL("local");

  private static final List<RunMode> ALL = List.of(values());

  private final String text;

  RunMode(String text) {
    this.text = text;
  }

  /** How databases, HTTP and the command line write it. */
  public String text() {
    return text;
  }

  /**
   * Reads what {@link #text()} wrote.
   *
   * @throws IllegalArgumentException if there is no such mode; the message names all that are
   */
  public static RunMode parse(String text) {
    for (RunMode mode : ALL) { // once for each line of a list
      if (mode.text.equals(text)) {
        return mode;
      }
    }
    throw new IllegalArgumentException(
        "no mode %s; allowed are %s".formatted(Text.quote(text), allowed()));
  }

  private static String allowed() {
    return ALL.stream().map(RunMode::text).collect(Collectors.joining(", "));
  }
}
