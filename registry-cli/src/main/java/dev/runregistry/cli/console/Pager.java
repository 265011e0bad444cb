package dev.runregistry.cli.console;

import dev.runregistry.cli.process.ProcessSignals;
import dev.runregistry.cli.text.OutputException;
import dev.runregistry.cli.text.StandardOutput;
import dev.runregistry.internal.host.HelperProcess;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The program that shows long output page by page, if stdout is a terminal: the command line in
 * {@code REGISTRY_PAGER}, or else in {@code PAGER}, or else {@code less} where it is installed;
 * none if the variable is empty or {@code cat}. As git does, {@code LESS} is {@code FRX} unless it
 * is set: less than a screen is printed as without a pager.
 */
public final class Pager implements AutoCloseable {
  private final Console caller;
  private final @Nullable Process process;

  private Pager(Console caller, @Nullable Process process) {
    this.caller = caller;
    this.process = process;
  }

  /** Returns a pager that is none, and the console itself. */
  public static Pager none(Console caller) {
    return new Pager(caller, null);
  }

  /** Starts the pager; one that cannot be started is none. */
  public static Pager start(Console caller) {
    Optional<String> command =
        caller.terminal().isOutput() ? command(caller.environment()) : Optional.empty();
    if (command.isEmpty()) {
      return none(caller);
    }
    try {
      Process process =
          HelperProcess.startOnTerminal(
              List.of("sh", "-c", command.get()), Map.of("LESS", "FRX", "LV", "-c"));
      ProcessSignals.handle("INT", name -> {}); // the pager handles it
      return new Pager(caller.withOut(new StandardOutput(process.getOutputStream())), process);
    } catch (IOException e) {
      return none(caller);
    }
  }

  private static Optional<String> command(Map<String, String> environment) {
    String set = environment.getOrDefault("REGISTRY_PAGER", environment.get("PAGER"));
    if (set == null) {
      return isOnPath("less", environment) ? Optional.of("less") : Optional.empty();
    }
    return set.isBlank() || set.equals("cat") ? Optional.empty() : Optional.of(set);
  }

  private static boolean isOnPath(String program, Map<String, String> environment) {
    return List.of(environment.getOrDefault("PATH", "").split(File.pathSeparator)).stream()
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  /** Returns the console whose output the pager shows. */
  public Console console() {
    return caller;
  }

  /** Waits until the user has left the pager. */
  @Override
  public void close() {
    if (process == null) {
      return;
    }
    try {
      caller.out().close();
    } catch (OutputException e) { // the user has left it before the end
    }
    try {
      process.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
