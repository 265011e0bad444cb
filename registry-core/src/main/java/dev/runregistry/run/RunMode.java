package dev.runregistry.run;

import java.util.List;
import java.util.stream.Collectors;

/** The kind of a run. Stored and shown as {@link #text()}: never change one. */
public enum RunMode {
  /** Validates the dataset and the configuration, starts nothing. */
  DRY_RUN("dry-run"),
  /** Starts a process on this host. */
  LOCAL("local");

  private static final List<RunMode> ALL = List.of(values());

  private final String text;

  RunMode(String text) {
    this.text = text;
  }

  /** Returns the name used by databases, HTTP and the command line. */
  public String text() {
    return text;
  }

  /**
   * Parses the output of {@link #text()}.
   *
   * @throws IllegalArgumentException if there is no such mode; the message names all modes
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
