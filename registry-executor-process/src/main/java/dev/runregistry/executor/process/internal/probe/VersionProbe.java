package dev.runregistry.executor.process.internal.probe;

import dev.runregistry.internal.host.HelperProcess;
import dev.runregistry.run.redact.SecretRedactor;
import java.io.File;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Determines the version of a program; it is killed after a timeout. */
public final class VersionProbe {
  private static final Duration LIMIT = Duration.ofSeconds(2);
  private static final int LONGEST = 100;
  private static final int MAX_BYTES = 1 << 20; // of the output; a longer one is no version

  /**
   * The beginning of a path: a slash that begins a word, a drive, or a word with a second slash.
   * One slash within a word is no path: {@code tunix/0.3.1}, {@code GNU/Linux}.
   */
  private static final Pattern PATH =
      Pattern.compile(
          "(?<![^\\s\"'`(<\\[{=:,;])(~|\\.{1,2})?[/\\\\]|\\S*(:[/\\\\]|[/\\\\]\\S*[/\\\\])");

  // an assignment, or the bracket or quote around a path
  private static final Pattern BEFORE_PATH = Pattern.compile("(\\S+=)?[\"'`(<\\[{=:,;\\s]*$");

  private final File workingDirectory;
  private final Map<String, @Nullable String> environment;
  private final Duration limit;

  public VersionProbe(File workingDirectory, Map<String, @Nullable String> environment) {
    this(workingDirectory, environment, LIMIT);
  }

  public VersionProbe(
      File workingDirectory, Map<String, @Nullable String> environment, Duration limit) {
    this.workingDirectory = workingDirectory;
    this.environment = environment;
    this.limit = limit;
  }

  /**
   * Returns the first line that the program prints for {@code --version}, up to the first path of
   * this host, and with secrets redacted; empty if there is none. Its stderr is no version: it has
   * errors and names of files.
   */
  public Optional<String> ask(File program) {
    try {
      return new HelperProcess(List.of(program.getPath(), "--version"), MAX_BYTES, limit)
          .in(workingDirectory)
          .changing(environment)
          .run()
          .filter(answer -> answer.exitCode() == 0)
          .flatMap(answer -> firstLine(answer.output()));
    } catch (IOException e) { // it cannot be started after all: the run will report why
      return Optional.empty();
    }
  }

  private static Optional<String> firstLine(String answer) {
    return answer
        .substring(0, Math.min(answer.length(), LONGEST * 4))
        .lines()
        .map(line -> line.replaceAll("[\\p{Cntrl}\\x{FFFD}]", "").strip())
        .map(VersionProbe::withoutPath)
        .map(SecretRedactor::redact)
        .filter(line -> !line.isEmpty())
        .map(line -> line.substring(0, Math.min(line.length(), LONGEST)))
        .findFirst();
  }

  /** Truncates there: the end of a path cannot be determined. */
  private static String withoutPath(String line) {
    Matcher path = PATH.matcher(line);
    return path.find()
        ? BEFORE_PATH.matcher(line.substring(0, path.start())).replaceFirst("")
        : line;
  }
}
