package dev.runregistry.executor.local;

import dev.runregistry.executor.local.RunJson.WantedKey;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.RunId;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiPredicate;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which run folders are put together. Whoever is at one has its claim, so one whose
 * claim is free was left by a process that died there, and can go.
 *
 * <p>Between making a folder and claiming it there is a moment in which it looks abandoned. Who
 * clears up then removes the empty folder, or takes the claim and renames the folder before
 * touching it; who made it sees that, leaves what is no longer his alone and makes it anew. So
 * nobody writes into what another removes, or removes from what another is at.
 */
record Beginnings(Path folder) {
  private static final Logger log = LoggerFactory.getLogger(Beginnings.class);
  private static final Pattern ASIDE = Pattern.compile("[0-9a-f-]{36}-discarded-[0-9a-f-]{36}");
  private static final int ATTEMPTS = 1_000; // of a millisecond: clearing up takes much less

  /** Makes the folder of a run, claims it and does that with it; if that fails, nothing stays. */
  void make(RunId id, Creation creation) throws IOException {
    RunFolder made = RunFolder.in(folder, id);
    DurableFiles.createFolder(made.path());
    Pause pause = new Pause(Duration.ofMillis(1));
    for (int attempt = 1; !isMade(id, made, creation); attempt++) {
      if (attempt == ATTEMPTS) {
        throw new FileAlreadyExistsException(made.path().toString());
      }
      pause.sleep();
      makeAnew(id, made);
    }
  }

  /** What is done with a new folder. */
  interface Creation {
    void with(RunFolder folder) throws IOException;
  }

  /** Returns false if somebody took it for one that was left behind. */
  private static boolean isMade(RunId id, RunFolder made, Creation creation) throws IOException {
    try {
      if (!isClaimed(id, made)) {
        return false;
      }
      creation.with(made);
      return true;
    } catch (IOException e) {
      boolean taken = !Files.isDirectory(made.path());
      remove(id, made);
      if (taken) {
        return false;
      }
      throw e;
    }
  }

  private void makeAnew(RunId id, RunFolder made) throws IOException {
    discard(
        id, (key, database) -> false); // if who took it died before renaming it; it has no key yet
    try {
      DurableFiles.createFolder(made.path());
    } catch (FileAlreadyExistsException e) {
      log.debug("run {}: its folder has not been renamed yet", id);
    }
  }

  private static boolean isClaimed(RunId id, RunFolder made) throws IOException {
    try {
      return Claims.take(id, made.claim());
    } catch (NoSuchFileException e) {
      return false;
    }
  }

  /**
   * Makes and claims the folder of a run that begins later, with the note of its key in it. A
   * folder with such a note is never made anew: so either it is renamed by the run that begins, or
   * by who discards it, and then its run has not begun and cannot.
   */
  void prepare(RunId id, byte[] note) throws IOException {
    make(id, made -> DurableFiles.writeUnseen(made.key(), note));
    try {
      DurableFiles.sync(folder);
    } catch (IOException e) {
      abandon(id);
      throw e;
    }
  }

  /** Takes back what was prepared; whatever cannot be removed is discarded later. */
  void abandon(RunId id) {
    remove(id, RunFolder.in(folder, id));
  }

  private static void remove(RunId id, RunFolder made) {
    try {
      made.deleteBeginning();
    } catch (IOException e) {
      log.debug("the beginning of run {} stays for now", id, e);
    } finally {
      Claims.giveBack(id);
    }
  }

  /**
   * Removes what is left of a beginning that was cut off; leaves one that goes on alone, and what
   * is somebody else's.
   *
   * @param giveBack see {@link RunHome#discardUnbegun}
   */
  void discard(String name, BiPredicate<IdempotencyClaim, DatabaseIdentity> giveBack)
      throws IOException {
    if (ASIDE.matcher(name).matches()) { // by one who was cut off in turn, or whose key is not free
      remove(new RunFolder(folder.resolve(name)), giveBack);
    } else if (RunHome.isRunId(name)) {
      discard(RunId.parse(name), giveBack);
    }
  }

  private static void remove(
      RunFolder aside, BiPredicate<IdempotencyClaim, DatabaseIdentity> giveBack)
      throws IOException {
    Optional<WantedKey> key = key(aside);
    if (key.isEmpty() || giveBack.test(key.get().claim(), key.get().database())) {
      aside.deleteBeginning();
    }
  }

  private static Optional<WantedKey> key(RunFolder aside) throws IOException {
    try {
      return Optional.of(RunJson.readKey(Remains.note(aside.key())));
    } catch (NoSuchFileException | DamagedNoteException e) { // it was not claimed yet: no harm
      return Optional.empty();
    }
  }

  private void discard(RunId id, BiPredicate<IdempotencyClaim, DatabaseIdentity> giveBack)
      throws IOException {
    RunFolder left = RunFolder.in(folder, id);
    if (!isLeftBehind(id, left)) {
      return;
    }
    try {
      Path aside = folder.resolve(id + "-discarded-" + UUID.randomUUID());
      Files.move(left.path(), aside, StandardCopyOption.ATOMIC_MOVE);
      remove(new RunFolder(aside), giveBack);
    } catch (NoSuchFileException e) { // it has begun, after all
      log.debug("run {} was not left behind", id);
    } finally {
      Claims.giveBack(id);
    }
  }

  /**
   * Takes the claim of one that was left behind; returns false if there is nothing of it, or
   * somebody is at it. An empty one goes at once: nobody has claimed it yet.
   */
  private static boolean isLeftBehind(RunId id, RunFolder left) throws IOException {
    if (isGoneIfEmpty(left)) {
      return false;
    }
    Object before = claimFile(left);
    if (!isClaimed(id, left)) {
      return false;
    }
    if (before == null || before.equals(claimFile(left))) {
      return true;
    }
    Claims.giveBack(
        id); // of a file that another removed, who cleared up: now somebody is at a new one
    return false;
  }

  private static boolean isGoneIfEmpty(RunFolder left) throws IOException {
    if (!left.exists()) {
      return !Files.exists(left.path());
    }
    try {
      Files.deleteIfExists(left.path());
      return true;
    } catch (DirectoryNotEmptyException e) {
      return false;
    }
  }

  /** Which file the claim is; null if there is none. */
  private static @Nullable Object claimFile(RunFolder left) throws IOException {
    try {
      return Files.readAttributes(left.claim(), BasicFileAttributes.class).fileKey();
    } catch (NoSuchFileException e) {
      return null;
    }
  }
}
