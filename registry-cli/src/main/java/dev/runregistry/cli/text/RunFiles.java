package dev.runregistry.cli.text;

import dev.runregistry.executor.process.ProcessLogs;
import dev.runregistry.journal.FileRunJournal;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.RunId;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What this host has of a run.
 *
 * @param directory the directory of the run; empty if this host does not have it
 * @param logs the logs by stream, as far as there are any
 * @param pid its process, while that lives
 */
public record RunFiles(Optional<Path> directory, Map<LogStream, Path> logs, OptionalLong pid) {
  /** Copies the map. */
  public RunFiles {
    logs = Map.copyOf(logs);
  }

  /** Returns the files of a run in that home. */
  public static RunFiles of(FileRunJournal home, RunId id) {
    Optional<Path> directory = home.workspace(id);
    Map<LogStream, Path> logs = new EnumMap<>(LogStream.class);
    OptionalLong pid = OptionalLong.empty();
    if (directory.isPresent()) {
      ProcessLogs found = ProcessLogs.in(directory.get());
      pid = found.pid();
      for (LogStream stream : LogStream.values()) {
        found.file(stream).ifPresent(file -> logs.put(stream, file));
      }
    }
    return new RunFiles(directory, logs, pid);
  }
}
