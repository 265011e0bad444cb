package dev.runregistry.executor.local;

import dev.runregistry.run.Secrets;
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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Asks a program for its version; one that does not answer in time is ended. */
final class VersionQuestion {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int LONGEST = 100;

  /**
   * Where a path begins: at a slash that begins a word, at a drive, at a word with a second slash.
   * One slash within a word is none: {@code tunix/0.3.1}, {@code GNU/Linux}.
   */
  private static final Pattern PATH =
      Pattern.compile(
          "(?<![^\\s\"'`(<\\[{=:,;])(~|\\.{1,2})?[/\\\\]|\\S*(:[/\\\\]|[/\\\\]\\S*[/\\\\])");

  // an assignment, or the bracket or quote that a path stood in
  private static final Pattern BEFORE_PATH = Pattern.compile("(\\S+=)?[\"'`(<\\[{=:,;\\s]*$");

  private final File workingDirectory;
  private final Map<String, @Nullable String> environment;
  private final Duration limit;

  VersionQuestion(File workingDirectory, Map<String, @Nullable String> environment) {
    this(workingDirectory, environment, LIMIT);
  }

  VersionQuestion(
      File workingDirectory, Map<String, @Nullable String> environment, Duration limit) {
    this.workingDirectory = workingDirectory;
    this.environment = environment;
    this.limit = limit;
  }

  /**
   * The first line that the program prints to {@code --version}, up to a path of this host if there
   * is one in it, and with secrets masked; empty if it does not say. What it prints to stderr is no
   * version: there it complains, and names its files.
   */
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
    asking.directory(workingDirectory);
    Supervisor.change(asking.environment(), environment);
    // to a file: what the program leaves behind could hold a pipe open
    asking.redirectError(Redirect.DISCARD).redirectOutput(answer.toFile());
    Process process = asking.redirectInput(Redirect.from(new File("/dev/null"))).start();
    try {
      return process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) && process.exitValue() == 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static Optional<String> firstLine(Path answer) throws IOException {
    try (InputStream in = Files.newInputStream(answer)) {
      String text = new String(in.readNBytes(LONGEST * 4), StandardCharsets.UTF_8);
      return text.lines()
          .map(line -> line.replaceAll("[\\p{Cntrl}\\x{FFFD}]", "").strip())
          .map(VersionQuestion::withoutPath)
          .map(Secrets::masked)
          .filter(line -> !line.isEmpty())
          .map(line -> line.substring(0, Math.min(line.length(), LONGEST)))
          .findFirst();
    }
  }

  /** Cut there: where a path ends nobody can say. */
  private static String withoutPath(String line) {
    Matcher path = PATH.matcher(line);
    return path.find()
        ? BEFORE_PATH.matcher(line.substring(0, path.start())).replaceFirst("")
        : line;
  }
}
