package dev.runregistry.cli.list;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.LocalZone;
import dev.runregistry.cli.text.OutputException;
import dev.runregistry.cli.text.PrintableStream;
import dev.runregistry.cli.text.StandardOutput;
import dev.runregistry.run.RegistryException;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Consumer;

/** A list that is printed again and again in the same place of a terminal. */
final class WatchedList {
  private static final String CLEAR = "\u001B[H\u001B[2J";
  private static final String TOP = "\u001B[H";
  private static final String END_OF_LINE = "\u001B[K\n";
  private static final String END_OF_SCREEN = "\u001B[J";

  private final Console caller;
  private final Duration interval;

  /**
   * Creates a list.
   *
   * @param interval between the end of one print and the beginning of the next
   */
  WatchedList(Console caller, Duration interval) {
    this.caller = caller;
    this.interval = interval;
  }

  /**
   * Prints the list until the thread is interrupted. Of more lines than the terminal has, only the
   * first are shown; an error of the registry, such as a database that is unavailable, is shown
   * below what had been printed before it, until a print succeeds.
   *
   * @param print prints the list to the console that it is given
   * @throws OutputException if the terminal cannot be written
   */
  void watch(Consumer<Console> print) {
    caller.out().print(CLEAR);
    try {
      while (true) {
        show(frame(print));
        Thread.sleep(interval.toMillis());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private List<String> frame(Consumer<Console> print) {
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    StandardOutput out = new StandardOutput(printed);
    Console console =
        new Console(caller.environment(), out, new PrintableStream(printed), caller.terminal());
    console
        .out()
        .println(
            "Every %s, at %s; Ctrl-C to exit%n"
                .formatted(
                    Durations.of(interval),
                    LocalTime.now(LocalZone.get()).truncatedTo(ChronoUnit.SECONDS)));
    try {
      print.accept(console);
    } catch (RegistryException e) {
      out.flush();
      console.say(e);
    }
    out.flush();
    return printed.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private void show(List<String> lines) {
    int rows = caller.terminal().rows().orElse(Integer.MAX_VALUE) - 1; // the cursor is below
    StringBuilder screen = new StringBuilder(TOP);
    lines.stream().limit(rows).forEach(line -> screen.append(line).append(END_OF_LINE));
    caller.out().print(screen.append(END_OF_SCREEN).toString());
    caller.out().flush();
  }
}
