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
 * @param path the absolute path of the folder
 */
record RunDirectory(Path path) {
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

  /** Locked by whoever may say how the run ended; see {@link RunLocks}. */
  Path claim() {
    return path.resolve("claim");
  }

  /**
   * Reads a file of the journal, of which the run itself may have made something else: that is a
   * damaged one.
   */
  byte[] note(Path file) throws IOException {
    try {
      return RegularFiles.read(file, BoundedJson.MAX_BYTES, LinkOption.NOFOLLOW_LINKS);
    } catch (NotRegularFileException | FileTooLargeException e) { // the run has replaced it
      throw new CorruptJournalException(String.valueOf(e.getReason()), e);
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

  static RunDirectory in(Path parent, RunId id) {
    return new RunDirectory(parent.resolve(id.toString()));
  }
}
