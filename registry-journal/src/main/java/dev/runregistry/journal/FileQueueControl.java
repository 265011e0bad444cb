package dev.runregistry.journal;

import dev.runregistry.internal.files.BoundedJson;
import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.QueueControl;
import dev.runregistry.run.queue.Allocation;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The state of the queue in the home of a {@link FileRunJournal}: the lock {@code
 * runs/dispatcher.lock}, a file for each allocation below {@code runs/slots}, and {@code
 * runs/paused} while it is paused. Safe for use by many threads and many processes at once.
 */
public final class FileQueueControl implements QueueControl {
  private static final Logger log = LoggerFactory.getLogger(FileQueueControl.class);
  private static final String PAUSED = "paused";
  private static final byte[] EMPTY = {};

  private final FileRunJournal journal;
  private final Path runs;
  private final Path slots;
  private final Path paused;
  private final HomeLock dispatcher;
  private final String lockName; // in messages
  private final String queueName;

  private FileQueueControl(FileRunJournal journal) {
    this.journal = journal;
    runs = journal.folder().resolve("runs");
    slots = runs.resolve("slots");
    paused = runs.resolve(PAUSED);
    dispatcher = new HomeLock(runs.resolve("dispatcher.lock"));
    lockName = "the lock of the dispatcher in " + runs;
    queueName = "the queue in " + runs;
  }

  /** Returns the state of the queue in the home of that journal. */
  public static FileQueueControl of(FileRunJournal journal) {
    return new FileQueueControl(journal);
  }

  private interface Io<T> {
    T run() throws IOException;
  }

  private static <T> T io(String what, Io<T> action) {
    try {
      return action.run();
    } catch (IOException e) {
      throw new JournalException("%s: %s".formatted(what, FileErrors.reason(e)), e);
    }
  }

  @Override
  public boolean tryLock() {
    return io(
        lockName,
        () -> {
          DurableFiles.createDirectories(runs);
          return dispatcher.tryLock();
        });
  }

  @Override
  public void unlock() {
    io(
        lockName,
        () -> {
          dispatcher.unlock();
          return true;
        });
  }

  @Override
  public boolean isLocked() {
    return io(lockName, dispatcher::isHeld);
  }

  @Override
  public void hold(Allocation allocation) {
    io(
        slot(allocation.run()),
        () -> {
          DurableFiles.createDirectories(slots);
          DurableFiles.write(file(allocation.run()), RunJson.allocation(allocation));
          return true;
        });
  }

  /** Not made durable: after a power cut no process of the run is left, so it is released again. */
  @Override
  public void release(RunId run) {
    io(slot(run) + " cannot be released", () -> delete(slots, run.toString()));
  }

  /** Deletes a file; quarantines a directory in its place. */
  private boolean delete(Path parent, String name) throws IOException {
    try {
      return Files.deleteIfExists(parent.resolve(name));
    } catch (DirectoryNotEmptyException e) {
      String place = journal.quarantine(parent, name);
      log.warn("{} in {} is a directory and was moved to {}", name, parent, place);
      return true;
    }
  }

  private static String slot(RunId run) {
    return "the slot of run " + run;
  }

  private Path file(RunId run) {
    return slots.resolve(run.toString());
  }

  @Override
  public List<RunId> held() {
    return io("the slots in " + slots, this::list);
  }

  private List<RunId> list() throws IOException {
    try (Stream<Path> files = Files.list(slots)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(FileRunJournal::isRunId)
          .map(RunId::parse)
          .toList();
    } catch (NoSuchFileException e) {
      return List.of();
    }
  }

  @Override
  public Optional<Allocation> allocation(RunId run) {
    return io(slot(run) + " cannot be read in " + file(run), () -> read(run));
  }

  private Optional<Allocation> read(RunId run) throws IOException {
    try {
      byte[] note = RegularFiles.read(file(run), BoundedJson.MAX_BYTES, LinkOption.NOFOLLOW_LINKS);
      return Optional.of(RunJson.readAllocation(run, note));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  @Override
  public void pause() {
    io(
        queueName + " cannot be paused",
        () -> {
          DurableFiles.createDirectories(runs);
          if (RegularFiles.exists(paused)) { // whatever it is
            DurableFiles.sync(runs);
          } else {
            DurableFiles.write(paused, EMPTY);
          }
          return true;
        });
  }

  @Override
  public void resume() {
    io(
        queueName + " cannot be resumed",
        () -> {
          if (delete(runs, PAUSED)) {
            DurableFiles.sync(runs);
          }
          return true;
        });
  }

  @Override
  public boolean isPaused() {
    return io(queueName, () -> RegularFiles.exists(paused));
  }
}
