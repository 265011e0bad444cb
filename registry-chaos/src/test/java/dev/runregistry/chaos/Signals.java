package dev.runregistry.chaos;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Signals that Java cannot send. */
final class Signals {
  private Signals() {}

  static void send(String name, List<ProcessHandle> processes) throws IOException {
    List<String> words = new ArrayList<>(List.of("kill", "-s", name, "--"));
    processes.forEach(process -> words.add(Long.toString(process.pid())));
    new ProcessBuilder(words)
        .redirectError(ProcessBuilder.Redirect.DISCARD) // one may have ended meanwhile
        .start()
        .onExit()
        .join();
  }
}
