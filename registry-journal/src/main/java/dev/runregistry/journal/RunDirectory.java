package dev.runregistry.journal;

import dev.runregistry.internal.files.BoundedJson;
import dev.runregistry.internal.files.CorruptJournalException;
import dev.runregistry.internal.files.FileTooLargeException;
import dev.runregistry.internal.files.NotRegularFileException;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.RunId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/**
 * The files of the journal about one run.
 *
 * @param path the absolute path of the directory
 */
record RunDirectory(Path path) {
  /** The name of the file of a run that began. */
  static final String STARTED = "run.json";

  /** The name of the file of a run that waits. */
  static final String QUEUED = "queued.json";

  /** The started run and its owner. */
  Path started() {
    return path.resolve(STARTED);
  }

  /** The waiting run, with all that its start needs; of a run that was in the queue. */
  Path queued() {
    return path.resolve(QUEUED);
  }

  /** The database that has the run; exists once its start is on record. */
  Path database() {
    return path.resolve("database.json");
  }

  /** The first request to cancel the run; exists once there is one. */
  Path cancel() {
    return path.resolve("cancel.json");
  }

  /** The ended run. */
  Path ended() {
    return path.resolve("outcome.json");
  }

  /** The lock file of the run, held while deciding about it; see {@link RunLocks}. */
  Path lockFile() {
    return path.resolve("claim");
  }

  /**
   * Reads a file of the journal. If the run has replaced it by something that is no regular file,
   * the file is corrupt.
   */
  byte[] note(Path file) throws IOException {
    try {
      return RegularFiles.read(file, BoundedJson.MAX_BYTES, LinkOption.NOFOLLOW_LINKS);
    } catch (NotRegularFileException | FileTooLargeException e) { // replaced by the run
      throw new CorruptJournalException(String.valueOf(e.getReason()), e);
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

  /** Deletes the directory of a run that has not begun, and its possible files. */
  void deleteBeginning() throws IOException {
    Files.deleteIfExists(path.resolve("run.json.tmp"));
    Files.deleteIfExists(started());
    Files.deleteIfExists(queued());
    Files.deleteIfExists(database());
    Files.deleteIfExists(path.resolve("key.json")); // of an earlier version
    Files.deleteIfExists(lockFile());
    Files.deleteIfExists(path);
  }

  static RunDirectory in(Path parent, RunId id) {
    return new RunDirectory(parent.resolve(id.toString()));
  }
}
