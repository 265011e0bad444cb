package dev.runregistry.journal;

import dev.runregistry.internal.files.Backoff;
import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.RunId;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory in which journal entries are staged, each under a unique name. An entry is locked
 * while it is being staged; an unlocked one was left behind by a crash and can be deleted.
 *
 * <p>Between creating an entry and locking it there is a moment in which it looks abandoned. It may
 * be deleted then; its creator detects that by the missing lock file and retries with another name.
 */
record StagingDirectory(Path path) {
  private static final Logger log = LoggerFactory.getLogger(StagingDirectory.class);
  private static final int ATTEMPTS = 100; // of 10 ms: deleting takes much less

  /** The id, and a unique suffix; earlier versions had no suffix. */
  private static final Pattern NAME =
      Pattern.compile("([0-9a-f-]{36})(?:(?:-discarded)?-[0-9a-f-]{36})?");

  /**
   * Stages an entry, which is locked then. On failure, nothing is left.
   *
   * @param file the name of a file of the entry
   * @param note its content
   * @throws FileAlreadyExistsException if the run stays locked by another thread
   */
  RunDirectory stage(RunId id, String file, byte[] note) throws IOException {
    Backoff pause = new Backoff(Duration.ofMillis(10));
    for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
      RunDirectory entry = newEntry(id);
      DurableFiles.createDirectory(entry.path());
      if (isLocked(id, entry) && isWritten(id, entry, entry.path().resolve(file), note)) {
        return entry;
      }
      pause.sleep();
    }
    throw new FileAlreadyExistsException(path.resolve(id.toString()).toString());
  }

  private RunDirectory newEntry(RunId id) {
    return new RunDirectory(path.resolve(id + "-" + UUID.randomUUID()));
  }

  /** Returns false if it was discarded as abandoned, or another thread has the lock. */
  private static boolean isLocked(RunId id, RunDirectory entry) throws IOException {
    try {
      if (!RunLocks.tryLock(id, entry.lockFile())) {
        entry.deleteBeginning();
        return false;
      }
    } catch (NoSuchFileException e) {
      return false;
    }
    if (Files.exists(entry.lockFile())) {
      return true;
    }
    RunLocks.unlock(id);
    return false;
  }

  private static boolean isWritten(RunId id, RunDirectory entry, Path file, byte[] note)
      throws IOException {
    try {
      DurableFiles.writeInPlace(file, note);
      return true;
    } catch (NoSuchFileException e) { // discarded, on a file system without locks
      unstage(id, entry);
      return false;
    } catch (IOException e) {
      unstage(id, entry);
      throw e;
    }
  }

  /**
   * Moves an entry back that began, and deletes and unlocks it.
   *
   * @throws IOException if it cannot be moved; it stays locked
   */
  void takeBack(RunId id, RunDirectory begun) throws IOException {
    RunDirectory entry = newEntry(id);
    Files.move(begun.path(), entry.path(), StandardCopyOption.ATOMIC_MOVE);
    unstage(id, entry);
  }

  /** Deletes and unlocks a staged entry; what cannot be deleted is left to {@link #discard}. */
  static void unstage(RunId id, RunDirectory entry) {
    try {
      entry.deleteBeginning();
    } catch (IOException e) {
      log.debug("the staged entry of run {} stays for now", id, e);
    } finally {
      RunLocks.unlock(id);
    }
  }

  /** Deletes an abandoned entry; leaves locked ones alone, and other files. */
  void discard(String name) throws IOException {
    Matcher matcher = NAME.matcher(name);
    if (!matcher.matches() || !FileRunJournal.isRunId(matcher.group(1))) {
      return;
    }
    RunId id = RunId.parse(matcher.group(1));
    RunDirectory entry = new RunDirectory(path.resolve(name));
    if (isGoneIfEmpty(entry) || !isStale(id, entry)) {
      return;
    }
    try {
      entry.deleteBeginning();
    } catch (DirectoryNotEmptyException e) {
      log.debug("{} has other files", entry.path(), e);
    } finally {
      RunLocks.unlock(id);
    }
  }

  private static boolean isGoneIfEmpty(RunDirectory entry) throws IOException {
    if (!entry.exists()) {
      return true; // or it is no directory, and no entry
    }
    try {
      Files.deleteIfExists(entry.path());
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  private static boolean isStale(RunId id, RunDirectory entry) throws IOException {
    try {
      return RunLocks.tryLockExisting(id, entry.lockFile());
    } catch (NoSuchFileException e) { // deleted meanwhile, never one, or a power cut left no lock
      return RegularFiles.exists(entry.started())
          || RegularFiles.exists(entry.queued()); // which is written while it is locked
    }
  }
}
