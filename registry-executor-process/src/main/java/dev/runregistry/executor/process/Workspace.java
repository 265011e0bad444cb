package dev.runregistry.executor.process;

import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.port.DatasetCatalog;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of an execution, in the workspace of its run.
 *
 * @param path the absolute path of the directory
 */
record Workspace(Path path) {
  private static final Logger log = LoggerFactory.getLogger(Workspace.class);

  /** The started run and the process that owns it; written by the journal. */
  Path run() {
    return path.resolve("run.json");
  }

  /** The configuration of a training; absent for other commands. */
  Path config() {
    return path.resolve(DatasetCatalog.TRAINING_CONFIG);
  }

  /** The complete output of the run to that stream. */
  Path log(LogStream stream) {
    return path.resolve(stream.text() + ".log");
  }

  /** The order in which the two logs were written; see {@link OutputPieces}. */
  Path outputIndex() {
    return path.resolve("output-index");
  }

  /** The messages of the supervisor itself. */
  Path supervisorLog() {
    return path.resolve("supervisor.log");
  }

  /** The deadline and the identities of supervisor and child; see {@link ProcessFile}. */
  Path processes() {
    return path.resolve("processes");
  }

  /** The file {@link #processes} of an attempt to start the run that was withdrawn. */
  Path withdrawn(int attempt) {
    return path.resolve("processes-" + attempt);
  }

  /**
   * Returns the number of the attempt to start the run that was not withdrawn, from 1 on.
   *
   * @throws IOException if that cannot be determined
   */
  int attempt() throws IOException {
    int attempt = 1;
    while (RegularFiles.exists(withdrawn(attempt))) {
      attempt++;
    }
    return attempt;
  }

  /** The exit code, written by the supervisor; its time of modification is the end of the run. */
  Path exit() {
    return path.resolve("exit");
  }

  /** Exists from the moment when the run is terminated because it exceeded its time limit. */
  Path timedOut() {
    return path.resolve("timed-out");
  }

  /**
   * The requester of its cancellation; exists from the moment when the run is terminated because of
   * that.
   */
  Path cancelled() {
    return path.resolve("cancelled");
  }

  /** Written anew every few seconds by the supervisor of a run on another host. */
  Path heartbeat() {
    return path.resolve("heartbeat");
  }

  /** Written to learn the time of the file system. */
  Path clock() {
    return path.resolve("clock");
  }

  /** The size of the output to each stream; exists if that is more than its log keeps. */
  Path logTotals() {
    return path.resolve("log-totals");
  }

  /** By how much an earlier version truncated a log while it grew. */
  Path logCuts() {
    return path.resolve("log-cuts");
  }

  /** Exists once no live process of the run was found: its supervisor starts nothing after that. */
  Path vanished() {
    return path.resolve("vanished");
  }

  /** A supervisor that begins after this starts nothing, and one that began before is found. */
  void placeStartBarrier() throws IOException {
    try {
      DurableFiles.create(vanished(), new byte[0]);
    } catch (FileAlreadyExistsException e) {
      log.debug("{}: the run was looked for before", path);
    }
  }

  boolean exists() {
    return Files.isDirectory(path);
  }

  /**
   * Returns whether the directory is gone, for example deleted or archived.
   *
   * @throws IOException if that cannot be determined
   */
  boolean isGone() throws IOException {
    return !RegularFiles.exists(path);
  }
}
