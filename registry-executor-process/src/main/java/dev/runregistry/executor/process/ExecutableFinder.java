package dev.runregistry.executor.process;

import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.NotStarted.Cause;
import dev.runregistry.run.redact.SecretRedactor;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds a program as the shell of a run does, so that a mistyped name is distinguished from a
 * program that itself exits with 127.
 */
final class ExecutableFinder {
  // the default of dash if PATH is not set
  private static final String DEFAULT_PATH =
      "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

  private final File workingDirectory;
  private final List<String> path;

  /**
   * Creates a finder for a path.
   *
   * @param path as in PATH; null for the default one. An empty entry is the working directory
   */
  ExecutableFinder(File workingDirectory, @Nullable String path) {
    this.workingDirectory = workingDirectory;
    this.path = Arrays.asList((path == null ? DEFAULT_PATH : path).split(":", -1));
  }

  /** Returns the path of the first executable file of that name. */
  Optional<String> find(String program) {
    return found(program).filter(File::canExecute).map(File::getPath).findFirst();
  }

  /** Returns why the program cannot be started; empty if no obstacle is found. */
  Optional<NotStarted> obstacle(String program) {
    if (program.contains("/")) {
      return obstacleAt(program, at(program));
    }
    List<File> found = found(program).toList();
    if (found.isEmpty()) {
      return Optional.of(
          new NotStarted(Cause.NOT_FOUND, SecretRedactor.program(program) + ": not found on PATH"));
    }
    return found.stream().anyMatch(File::canExecute)
        ? Optional.empty()
        : Optional.of(
            new NotStarted(
                Cause.NOT_EXECUTABLE, SecretRedactor.program(program) + ": permission denied"));
  }

  /** Returns the file that is started; empty if there is an obstacle. */
  Optional<File> executable(String program) {
    Stream<File> candidates = program.contains("/") ? Stream.of(at(program)) : found(program);
    return candidates.filter(file -> file.canExecute() && !file.isDirectory()).findFirst();
  }

  private Stream<File> found(String program) {
    return path.stream()
        .map(folder -> folder.isEmpty() ? at(program) : new File(at(folder), program))
        .filter(file -> file.exists() && !file.isDirectory());
  }

  private Optional<NotStarted> obstacleAt(String program, File file) {
    if (!file.exists()) {
      return Optional.of(
          new NotStarted(Cause.NOT_FOUND, SecretRedactor.program(program) + ": no such file"));
    }
    if (file.isDirectory()) {
      return Optional.of(
          new NotStarted(
              Cause.NOT_EXECUTABLE, SecretRedactor.program(program) + ": is a directory"));
    }
    return file.canExecute()
        ? Optional.empty()
        : Optional.of(
            new NotStarted(
                Cause.NOT_EXECUTABLE, SecretRedactor.program(program) + ": permission denied"));
  }

  private File at(String name) {
    File file = new File(name);
    return file.isAbsolute() ? file : new File(workingDirectory, name);
  }
}
