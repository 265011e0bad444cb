package dev.runregistry.executor.process;

import dev.runregistry.executor.process.internal.probe.VersionProbe;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RuntimeStatus;
import java.io.File;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The availability and the version of programs. A program is started once, with {@code --version},
 * and again when its file has changed.
 */
final class RuntimeProbe {
  private final ExecutableFinder programs;
  private final VersionProbe question;
  private final Map<Binary, Optional<String>> versions = new ConcurrentHashMap<>();

  RuntimeProbe(ExecutableFinder programs, VersionProbe question) {
    this.programs = programs;
    this.question = question;
  }

  RuntimeStatus status(String program) {
    String name = new File(program).getName(); // without its directory, which is private
    Optional<NotStarted> obstacle = programs.obstacle(program);
    if (obstacle.isPresent()) {
      String why = obstacle.get().message().substring(program.length());
      return new RuntimeStatus(false, null, name + why);
    }
    Optional<String> version =
        programs.executable(program).flatMap(file -> version(Binary.of(file)));
    return new RuntimeStatus(true, version.orElse(null), name + " is available");
  }

  private Optional<String> version(Binary binary) {
    return versions.computeIfAbsent(binary, asked -> question.ask(asked.file));
  }

  /** The version of a file that was probed. */
  private record Binary(File file, long modifiedMillis, long size) {
    static Binary of(File file) {
      return new Binary(file, file.lastModified(), file.length());
    }
  }
}
