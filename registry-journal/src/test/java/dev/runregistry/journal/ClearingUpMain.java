package dev.runregistry.journal;

import dev.runregistry.testkit.process.JavaProcess;
import java.io.IOException;
import java.nio.file.Path;

/** Another registry on this host, which never stops to clear up what was left behind. */
public final class ClearingUpMain {
  private ClearingUpMain() {}

  /** Clears up in {@code HOME} until its stdin ends; exits with 1 if that fails once. */
  public static void main(String[] args) throws IOException {
    FileRunJournal home = FileRunJournal.at(Path.of(args[0]));
    do {
      home.discardStaged();
    } while (System.in.available() == 0);
  }

  static Process start(Path home) throws IOException {
    return JavaProcess.builder(ClearingUpMain.class, home)
        .redirectError(ProcessBuilder.Redirect.INHERIT)
        .start();
  }

  static void stop(Process other) throws IOException {
    try (var stdin = other.getOutputStream()) {
      stdin.write('\n');
    }
    other.onExit().join();
  }
}
