package dev.runregistry.cli.console;

import dev.runregistry.cli.text.PrintableStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Our stderr, on which messages of the logging library look like those of the commands. It prints
 * one line a message, after the level in capitals, and has no setting for another form.
 */
public final class StderrStream extends PrintableStream {
  /** The prefix of each of our own messages. */
  public static final String MARK = "registry: ";

  /** Prints to the stream, in UTF-8. */
  public StderrStream(OutputStream out) {
    super(out);
  }

  @Override
  public void println(@Nullable String line) {
    super.println(said(String.valueOf(line)));
  }

  private static String said(String line) {
    int end = Math.max(0, line.indexOf(' '));
    String rest = line.substring(Math.min(line.length(), end + 1));
    return switch (line.substring(0, end)) {
      case "ERROR", "INFO" -> MARK + rest;
      case "WARN" -> MARK + "warning: " + rest;
      case "DEBUG", "TRACE" -> MARK + "debug: " + rest;
      default -> line;
    };
  }
}
