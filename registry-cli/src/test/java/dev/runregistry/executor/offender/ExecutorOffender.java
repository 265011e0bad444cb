package dev.runregistry.executor.offender;

import dev.runregistry.persistence.jooq.RunDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Planted: an adapter knows another and the command line, prints, starts a process, opens files by
 * itself, and ends the JVM.
 */
abstract class ExecutorOffender extends dev.runregistry.cli.offender.CliOffender {
  abstract RunDatabase database();

  ProcessBuilder process() {
    return new ProcessBuilder("true");
  }

  String read() throws IOException {
    return Files.readString(Path.of("any"));
  }

  void end() {
    System.out.println("the end");
    System.exit(1);
  }
}
