package dev.runregistry.executor.local;

import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.RunId;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which run folders are put together. Whoever is at one has its claim, so one whose
 * claim is free was left by a process that died there, and can go.
 *
 * <p>Between making a folder and claiming it there is a moment in which it looks abandoned. Who
 * clears up then takes the claim and renames the folder before touching it, and who made it sees
 * that and makes it anew: so neither writes into what the other removes.
 */
record Beginnings(Path folder) {
  private static final Logger log = LoggerFactory.getLogger(Beginnings.class);
  private static final Pattern ASIDE = Pattern.compile("[0-9a-f-]{36}-discarded-[0-9a-f-]{36}");
  private static final int ATTEMPTS = 1_000; // of a millisecond: clearing up takes much less

  /** Makes the folder of a run, and does that with it once it is claimed; gives back nothing. */
  void make(RunId id, RunFolder.Creation creation) throws IOException {
    Pause pause = new Pause(Duration.ofMillis(1));
    for (int attempt = 1; !isMade(id, creation, attempt > 1); attempt++) {
      if (attempt == ATTEMPTS) {
        throw new FileAlreadyExistsException(RunFolder.in(folder, id).path().toString());
      }
      pause.sleep();
    }
  }

  private boolean isMade(RunId id, RunFolder.Creation creation, boolean again) throws IOException {
    RunFolder made = RunFolder.in(folder, id);
    try {
      made.createOrLeaveNothing(created -> claim(id, created, creation));
      return true;
    } catch (TakenException e) {
      return false;
    } catch (FileAlreadyExistsException e) {
      if (again) { // it has not been renamed yet
        return false;
      }
      throw e;
    }
  }

  private static void claim(RunId id, RunFolder made, RunFolder.Creation creation)
      throws IOException {
    if (!isClaimed(id, made)) {
      throw new TakenException();
    }
    try {
      creation.with(made);
    } catch (IOException e) {
      Claims.giveBack(id);
      throw Files.isDirectory(made.path()) ? e : new TakenException();
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
    make(id, made -> {});
    try {
      DurableFiles.writeUnseen(RunFolder.in(folder, id).key(), note);
      DurableFiles.sync(folder);
    } catch (IOException e) {
      abandon(id);
      throw e;
    }
  }

  /** Takes back what was prepared; whatever cannot be removed is discarded later. */
  void abandon(RunId id) {
    try {
      RunFolder.in(folder, id).deleteBeginning();
    } catch (IOException e) {
      log.debug("the beginning of run {} stays for now", id, e);
    } finally {
      giveBack(id);
    }
  }

  private static void giveBack(RunId id) {
    try {
      Claims.giveBack(id);
    } catch (IOException e) { // closed it is all the same
      log.debug("run {}: its claim could not be given back in good order", id, e);
    }
  }

  /**
   * Removes what is left of a beginning that was cut off; leaves one that goes on alone, and what
   * is somebody else's.
   *
   * @param giveBack see {@link RunHome#discardUnbegun}
   */
  void discard(String name, Predicate<IdempotencyClaim> giveBack) throws IOException {
    if (ASIDE.matcher(name).matches()) { // by one who was cut off in turn, or whose key is not free
      remove(new RunFolder(folder.resolve(name)), giveBack);
    } else if (RunHome.isRunId(name)) {
      discard(RunId.parse(name), giveBack);
    }
  }

  private static void remove(RunFolder aside, Predicate<IdempotencyClaim> giveBack)
      throws IOException {
    Optional<IdempotencyClaim> key = key(aside);
    if (key.isEmpty() || giveBack.test(key.get())) {
      aside.deleteBeginning();
    }
  }

  private static Optional<IdempotencyClaim> key(RunFolder aside) throws IOException {
    try {
      return Optional.of(RunJson.readKey(Files.readAllBytes(aside.key())));
    } catch (NoSuchFileException | DamagedNoteException e) { // it was not claimed yet: no harm
      return Optional.empty();
    }
  }

  private void discard(RunId id, Predicate<IdempotencyClaim> giveBack) throws IOException {
    RunFolder left = RunFolder.in(folder, id);
    if (!isClaimed(id, left)) {
      return;
    }
    try {
      Path aside = folder.resolve(id + "-discarded-" + UUID.randomUUID());
      Files.move(left.path(), aside, StandardCopyOption.ATOMIC_MOVE);
      remove(new RunFolder(aside), giveBack);
    } catch (NoSuchFileException e) { // it has begun, after all
      log.debug("run {} was not left behind", id);
    } finally {
      giveBack(id);
    }
  }

  /** Somebody took what we were making for a thing of the past. */
  private static final class TakenException extends IOException {
    private static final long serialVersionUID = 1L;

    TakenException() {
      super("it was taken for one that was left behind");
    }
  }
}
