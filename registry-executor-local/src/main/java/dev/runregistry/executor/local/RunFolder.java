package dev.runregistry.executor.local;

import dev.runregistry.executor.local.internal.FileTooLargeException;
import dev.runregistry.executor.local.internal.NotRegularFileException;
import dev.runregistry.executor.local.internal.RegularFiles;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.DatasetCatalog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * Where everything about one run is on this host.
 *
 * @param path the absolute path of the folder
 */
record RunFolder(Path path) {
  /** A command line has a few megabytes at most, each byte of it six as JSON. */
  private static final int MAX_NOTE_BYTES = 64 << 20;

  /** The started run and who started it. */
  Path started() {
    return path.resolve("run.json");
  }

  /** The database that has the run; there once its start is on record. */
  Path database() {
    return path.resolve("database.json");
  }

  /** The ended run. */
  Path ended() {
    return path.resolve("outcome.json");
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

  /** The deadline, and who the supervisor and the child are; see {@link RunProcesses}. */
  Path processes() {
    return path.resolve("processes");
  }

  /** The exit code, written by the supervisor; its time of modification is when the run ended. */
  Path exit() {
    return path.resolve("exit");
  }

  /** Locked by whoever may say how the run ended; see {@link Claims}. */
  Path claim() {
    return path.resolve("claim");
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

  /**
   * Reads a file of the journal, of which the run itself may have made something else: that is a
   * damaged one.
   */
  byte[] note(Path file) throws IOException {
    try {
      return RegularFiles.read(file, MAX_NOTE_BYTES, LinkOption.NOFOLLOW_LINKS);
    } catch (NotRegularFileException | FileTooLargeException e) { // the run has replaced it
      throw new DamagedNoteException(String.valueOf(e.getReason()), e);
    }
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

  /** Deletes the folder of a run that has not begun, and what can be in it. */
  void deleteBeginning() throws IOException {
    Files.deleteIfExists(path.resolve("run.json.tmp"));
    Files.deleteIfExists(started());
    Files.deleteIfExists(path.resolve("key.json")); // of an earlier version
    Files.deleteIfExists(claim());
    Files.deleteIfExists(path);
  }

  static RunFolder in(Path parent, RunId id) {
    return new RunFolder(parent.resolve(id.toString()));
  }
}
