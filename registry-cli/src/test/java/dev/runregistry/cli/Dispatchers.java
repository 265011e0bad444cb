package dev.runregistry.cli;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** The detached dispatchers of a home, which are descendants of no test. */
final class Dispatchers {
  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private Dispatchers() {}

  static List<ProcessHandle> of(Path home) {
    return ProcessHandle.allProcesses()
        .filter(process -> read(process, "cmdline").endsWith("\0queue\0dispatch\0"))
        .filter(process -> read(process, "environ").contains("REGISTRY_HOME=" + home + "\0"))
        .toList();
  }

  /**
   * Kills those that are left, and waits until they are gone: they give up the queue before they
   * close their database, and a home in which files come and go cannot be deleted.
   */
  static void kill(Path home) {
    of(home).forEach(ProcessHandle::destroyForcibly);
    await().atMost(PATIENCE).until(() -> of(home).isEmpty());
  }

  private static String read(ProcessHandle process, String name) {
    try {
      return Files.readString(
          Path.of("/proc", Long.toString(process.pid()), name), StandardCharsets.ISO_8859_1);
    } catch (IOException e) { // it has ended, or is another user's
      return "";
    }
  }
}
