package dev.runregistry.journal;

import dev.runregistry.internal.files.BoundedJson;
import dev.runregistry.internal.files.CorruptJournalException;
import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.internal.files.Uninterruptibly;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The queue in the home of a {@link FileRunJournal}: a directory for each waiting run below {@code
 * runs/queued}, which becomes that of the active run by one rename. It is staged in {@code
 * runs/starting}, like that of an active run.
 *
 * <p>Safe for use by many threads and many processes at once. Holds open one file for each run that
 * is locked.
 */
public final class FileRunQueue implements RunQueue {
  private static final Logger log = LoggerFactory.getLogger(FileRunQueue.class);

  private final FileRunJournal journal;
  private final HomeOwner owner = new HomeOwner();
  private final StagingDirectory staging;
  private final Path starting;
  private final Path queued;
  private final Path active;
  private final Path done;
  private final WaitingIndex index;
  private int counted; // at least the number of waiting runs, without other processes; by this
  private long countedAt; // guarded by this
  private boolean hasCounted; // guarded by this

  private FileRunQueue(FileRunJournal journal) {
    this.journal = journal;
    Path runs = journal.folder().resolve("runs");
    starting = runs.resolve("starting");
    queued = runs.resolve("queued");
    active = runs.resolve("active");
    done = runs.resolve("done");
    staging = new StagingDirectory(starting);
    index = new WaitingIndex(queued, new WaitingReader());
  }

  /** Returns the queue in the home of that journal. */
  public static FileRunQueue of(FileRunJournal journal) {
    return new FileRunQueue(journal);
  }

  @Override
  public void enqueue(QueuedRun run, int max) {
    RunId id = run.run().id();
    countIn(max);
    try {
      byte[] note = RunJson.queued(run, journal.identity());
      DurableFiles.createDirectories(starting);
      DurableFiles.createDirectories(queued);
      DurableFiles.createDirectories(active);
      DurableFiles.createDirectories(done);
      RunDirectory staged = staging.stage(id, RunDirectory.QUEUED, note);
      try {
        Files.move(staged.path(), entry(id).path(), StandardCopyOption.ATOMIC_MOVE);
      } catch (IOException e) {
        StagingDirectory.unstage(id, staged);
        throw e;
      }
      syncOrTakeBack(id);
    } catch (IOException e) {
      throw journal.failed(id, "cannot be enqueued", e);
    }
    index.add(run.waiting());
  }

  private void syncOrTakeBack(RunId id) throws IOException {
    try {
      DurableFiles.sync(queued);
    } catch (IOException e) {
      try {
        staging.takeBack(id, entry(id));
      } catch (
          IOException again) { // it stays locked, so it does not start while this process lives
        e.addSuppressed(again);
      }
      throw e;
    }
  }

  /** Counts one more run; lists the directory only where it may be full, and once a second. */
  private synchronized void countIn(int max) {
    boolean isRecent = hasCounted && System.nanoTime() - countedAt < 1_000_000_000L;
    if (!isRecent || counted >= max) {
      counted = depth();
      countedAt = System.nanoTime();
      hasCounted = true;
    }
    if (counted >= max) {
      throw new QueueFullException(max);
    }
    counted++;
  }

  @Override
  public void withdraw(RunId id) {
    index.remove(id);
    try {
      staging.takeBack(id, entry(id));
      DurableFiles.sync(queued);
    } catch (IOException e) {
      throw journal.failed(id, "was not accepted and cannot be removed yet", e);
    }
  }

  @Override
  public void bind(RunId id, DatabaseIdentity database) {
    try {
      Uninterruptibly.io(
          () -> DurableFiles.replace(entry(id).database(), RunJson.database(database)));
      index.bind(id, database);
    } catch (NoSuchFileException e) {
      log.debug("run {} waits no more", id, e);
    } catch (IOException e) {
      throw journal.failed(id, "has a database, which cannot be journaled", e);
    }
  }

  @Override
  public int depth() {
    String[] names = queued.toFile().list();
    if (names != null) {
      return (int) Arrays.stream(names).filter(FileRunJournal::isRunId).count();
    }
    try {
      if (RegularFiles.exists(queued)) {
        throw new IOException("it cannot be read");
      }
      return 0;
    } catch (IOException e) {
      throw new JournalException(
          "%s cannot be listed: %s".formatted(queued, FileErrors.reason(e)), e);
    }
  }

  @Override
  public SortedSet<WaitingRun> waiting() {
    return index.refreshed(false);
  }

  @Override
  public SortedSet<WaitingRun> waitingNow() {
    return index.refreshed(true);
  }

  @Override
  public Optional<QueuedRun> read(RunId id) {
    try {
      return readIfThere(id);
    } catch (IOException e) {
      throw journal.failed(id, "waits and cannot be read", e);
    }
  }

  /** Not a lambda, which would delay the start of every command. */
  private final class WaitingReader implements WaitingIndex.Reader {
    @Override
    public Optional<WaitingRun> read(RunId id) throws IOException {
      return readIfThere(id).map(QueuedRun::waiting);
    }
  }

  private Optional<QueuedRun> readIfThere(RunId id) throws IOException {
    RunDirectory entry = entry(id);
    try {
      QueuedRun run =
          RunJson.readQueued(
              RegularFiles.read(entry.queued(), BoundedJson.MAX_BYTES, LinkOption.NOFOLLOW_LINKS));
      if (!run.run().id().equals(id)) {
        throw new CorruptJournalException("it is of another run", null);
      }
      return Optional.of(
          FileRunJournal.bound(entry)
              .map(
                  database ->
                      new QueuedRun(
                          run.run(),
                          run.invocation(),
                          run.datasetUsed(),
                          run.options(),
                          database,
                          run.hasKey()))
              .orElse(run));
    } catch (NoSuchFileException e) {
      if (!entry.isGone()) {
        throw new CorruptJournalException("there is no " + RunDirectory.QUEUED, e);
      }
      return Optional.empty();
    }
  }

  @Override
  public Map<RunId, DatabaseIdentity> damaged() {
    Map<RunId, DatabaseIdentity> found = new HashMap<>();
    for (RunId id : index.damaged()) {
      try {
        readIfThere(id).map(QueuedRun::waiting).ifPresent(index::add); // repaired by hand
      } catch (CorruptJournalException e) {
        database(id).ifPresent(database -> found.put(id, database));
      } catch (IOException e) {
        log.warn("run {} waits and cannot be read yet: {}", id, FileErrors.reason(e));
      }
    }
    return found;
  }

  /** Returns the database of a damaged run; empty if that cannot be read now. */
  private Optional<DatabaseIdentity> database(RunId id) {
    try {
      return Optional.of(FileRunJournal.bound(entry(id)).orElse(DatabaseIdentity.UNKNOWN));
    } catch (IOException e) {
      log.warn("run {} waits and cannot be read yet: {}", id, FileErrors.reason(e));
      return Optional.empty();
    }
  }

  @Override
  public String quarantine(RunId id) {
    return journal.quarantine(queued, id.toString());
  }

  @Override
  public Optional<QueuedRun> tryLock(RunId id) {
    RunDirectory entry = entry(id);
    try {
      owner.requireMayJudge(journal.folder(), entry.path());
      if (!RunLocks.tryLock(id, entry.lockFile())) {
        return Optional.empty();
      }
    } catch (NoSuchFileException e) {
      index.remove(id);
      return Optional.empty();
    } catch (IOException e) {
      throw journal.failed(id, "cannot be locked", e);
    }
    boolean isRead = false;
    try {
      Optional<QueuedRun> run = RegularFiles.exists(entry.ended()) ? ended(id) : readIfThere(id);
      if (run.isPresent() && !run.get().isRecorded()) { // it may have been left before its sync
        DurableFiles.sync(queued);
      }
      isRead = run.isPresent();
      if (!isRead) {
        index.remove(id);
      }
      return run;
    } catch (IOException e) {
      throw journal.failed(id, "waits and cannot be read", e);
    } finally {
      if (!isRead) {
        RunLocks.unlock(id);
      }
    }
  }

  /** Completes the move of a run that ended, which a crash has interrupted; recovery goes on. */
  private Optional<QueuedRun> ended(RunId id) throws IOException {
    move(id);
    return Optional.empty();
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    RunId id = running.id();
    try {
      DurableFiles.write(
          entry(id).started(), RunJson.started(running, journal.identity(), database));
      move(id);
    } catch (IOException e) {
      throw journal.failed(id, "cannot begin", e);
    }
  }

  @Override
  public void submit(Run pending, String executor, DatabaseIdentity database) {
    RunId id = pending.id();
    try {
      DurableFiles.write(
          entry(id).started(), RunJson.submitted(pending, executor, journal.identity(), database));
      move(id);
    } catch (IOException e) {
      throw journal.failed(id, "cannot be handed to its engine", e);
    }
  }

  @Override
  public void end(Run ended, DatabaseIdentity database) {
    RunId id = ended.id();
    RunDirectory entry = entry(id);
    try {
      Run pending = RunJson.readQueued(entry.note(entry.queued())).run();
      DurableFiles.write(entry.started(), RunJson.started(pending, journal.identity(), database));
      DurableFiles.write(entry.ended(), RunJson.ended(ended)); // from here on it never starts
      move(id);
    } catch (IOException e) {
      throw journal.failed(id, "cannot be ended", e);
    }
  }

  /** Makes a waiting run an active one; where that cannot be made durable it is moved back. */
  private void move(RunId id) throws IOException {
    Path place = RunDirectory.in(active, id).path();
    Files.move(entry(id).path(), place, StandardCopyOption.ATOMIC_MOVE);
    index.remove(id);
    try {
      DurableFiles.sync(active);
      DurableFiles.sync(queued);
    } catch (IOException e) {
      Files.move(place, entry(id).path(), StandardCopyOption.ATOMIC_MOVE);
      throw e;
    }
  }

  @Override
  public boolean putBack(RunId id) {
    RunDirectory begun = RunDirectory.in(active, id);
    try {
      if (!RegularFiles.exists(begun.queued())) {
        return false;
      }
      Files.move(begun.path(), entry(id).path(), StandardCopyOption.ATOMIC_MOVE);
      DurableFiles.sync(queued);
      DurableFiles.sync(active);
      return true;
    } catch (IOException e) {
      throw journal.failed(id, "cannot be put back in the queue", e);
    }
  }

  private RunDirectory entry(RunId id) {
    return RunDirectory.in(queued, id);
  }
}
