package dev.runregistry.run;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** One of the two streams that a run prints to. */
public enum LogStream {
  /** The standard output. */
  STDOUT,
  /** The error output. */
  STDERR;

  /** Returns the name used by files, HTTP and the command line: the constant in lower case. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Parses the output of {@link #text()}; empty if there is no such stream. */
  public static Optional<LogStream> of(String text) {
    return Arrays.stream(values()).filter(stream -> stream.text().equals(text)).findFirst();
  }
}
