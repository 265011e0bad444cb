package dev.runregistry.executor.process;

import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.port.DatasetCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The files of an execution, in the workspace of its run.
 *
 * @param path the absolute path of the directory
 */
record Workspace(Path path) {
  /** The started run and the process that owns it; written by the journal. */
  Path run() {
    return path.resolve("run.json");
  }

  /** The configuration of a training; not there for other commands. */
  Path config() {
    return path.resolve(DatasetCatalog.TRAINING_CONFIG);
  }

  /** The whole of what the run printed to that stream. */
  Path log(LogStream stream) {
    return path.resolve(stream.text() + ".log");
  }

  /** In which order the two logs were written; see {@link OutputPieces}. */
  Path outputIndex() {
    return path.resolve("output-index");
  }

  /** What the supervisor itself had to say. */
  Path supervisorLog() {
    return path.resolve("supervisor.log");
  }

  /** The deadline, and who the supervisor and the child are; see {@link ProcessFile}. */
  Path processes() {
    return path.resolve("processes");
  }

  /** The exit code, written by the supervisor; its time of modification is when the run ended. */
  Path exit() {
    return path.resolve("exit");
  }

  /** There from the moment when the run is ended because it is over its time limit. */
  Path timedOut() {
    return path.resolve("timed-out");
  }

  /** How much was printed to each stream; there where that is more than its log keeps. */
  Path logTotals() {
    return path.resolve("log-totals");
  }

  /** By how much an earlier version cut a log while it grew. */
  Path logCuts() {
    return path.resolve("log-cuts");
  }

  /** There once nothing of the run was found alive: its supervisor starts nothing after that. */
  Path vanished() {
    return path.resolve("vanished");
  }

  boolean exists() {
    return Files.isDirectory(path);
  }

  /**
   * Returns whether the folder is gone, as when it was deleted or settled.
   *
   * @throws IOException if that cannot be found out
   */
  boolean isGone() throws IOException {
    return !RegularFiles.exists(path);
  }
}
