package dev.runregistry.testkit.process;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Sends signals that Java cannot send. */
public final class Signals {
  private Signals() {}

  /**
   * Sends the signal to the processes, in this order, by {@code kill}; one that has ended is passed
   * over.
   *
   * @param name such as {@code STOP}
   */
  public static void send(String name, List<ProcessHandle> processes) throws IOException {
    List<String> words = new ArrayList<>(List.of("kill", "-s", name, "--"));
    processes.forEach(process -> words.add(Long.toString(process.pid())));
    new ProcessBuilder(words)
        .redirectError(ProcessBuilder.Redirect.DISCARD) // one may have ended meanwhile
        .start()
        .onExit()
        .join();
  }

  /**
   * Stops the process and all its descendants, and returns when all of them are stopped: also a
   * child that it forks meanwhile, such as the server process of a new connection to PostgreSQL.
   */
  public static void stopTree(ProcessHandle process) throws IOException {
    do {
      send("STOP", tree(process));
      // Only the descendants of a stopped process are known: asked in this order.
    } while (!isStopped(process) || !tree(process).stream().allMatch(Signals::isStopped));
  }

  /** Lets the process and all its descendants go on. */
  public static void continueTree(ProcessHandle process) throws IOException {
    send("CONT", tree(process));
  }

  private static List<ProcessHandle> tree(ProcessHandle process) {
    return Stream.concat(Stream.of(process), process.descendants()).toList();
  }

  /** Whether it cannot run: stopped, or ended. */
  private static boolean isStopped(ProcessHandle process) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
      char state = stat.charAt(stat.lastIndexOf(')') + 2); // proc(5): after the name
      return state == 'T' || state == 'Z' || state == 'X';
    } catch (NoSuchFileException e) {
      return true;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
