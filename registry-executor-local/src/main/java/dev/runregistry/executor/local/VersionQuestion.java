package dev.runregistry.executor.local;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Asks a program for its version; one that does not answer in time is ended. */
final class VersionQuestion {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int LONGEST = 100;

  private final File workingDirectory;
  private final Map<String, @Nullable String> environment;

  VersionQuestion(File workingDirectory, Map<String, @Nullable String> environment) {
    this.workingDirectory = workingDirectory;
    this.environment = environment;
  }

  /** The first line that the program prints to {@code --version}; empty if it does not say. */
  Optional<String> ask(File program) {
    try {
      Path answer = Files.createTempFile("registry-version", null);
      try {
        return isAnswered(program, answer) ? firstLine(answer) : Optional.empty();
      } finally {
        Files.delete(answer);
      }
    } catch (IOException e) { // it cannot be started after all: the run will say why
      return Optional.empty();
    }
  }

  private boolean isAnswered(File program, Path answer) throws IOException {
    ProcessBuilder asking = new ProcessBuilder(program.getPath(), "--version");
    Map<String, String> own = asking.directory(workingDirectory).environment();
    environment.forEach((name, value) -> set(own, name, value));
    // to a file: what the program leaves behind could hold a pipe open
    asking.redirectErrorStream(true).redirectOutput(answer.toFile());
    Process process = asking.redirectInput(Redirect.from(new File("/dev/null"))).start();
    try {
      return process.waitFor(LIMIT.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void set(Map<String, String> own, String name, @Nullable String value) {
    if (value == null) {
      own.remove(name);
    } else {
      own.put(name, value);
    }
  }

  private static Optional<String> firstLine(Path answer) throws IOException {
    try (InputStream in = Files.newInputStream(answer)) {
      String text = new String(in.readNBytes(LONGEST * 4), StandardCharsets.UTF_8);
      return text.lines()
          .map(line -> line.replaceAll("[\\p{Cntrl}\\x{FFFD}]", "").strip())
          .filter(line -> !line.isEmpty())
          .map(line -> line.substring(0, Math.min(line.length(), LONGEST)))
          .findFirst();
    }
  }
}
