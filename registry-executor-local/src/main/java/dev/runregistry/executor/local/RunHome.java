package dev.runregistry.executor.local;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Dataset;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunLogs;
import dev.runregistry.run.port.RunStanding;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which one host keeps its runs: a folder for each, below {@code runs/active} until
 * the database has the ended run, then below {@code runs/done}. It is put together in {@code
 * runs/starting}, so that what is in {@code runs/active} is whole; what is found there and is not
 * goes to {@code runs/damaged}. Only its owner can read it.
 *
 * <p>Safe for use by many threads and many processes at once. Holds open one file for each run that
 * is claimed.
 */
public final class RunHome implements RunJournal, RunLogs {
  private static final Logger log = LoggerFactory.getLogger(RunHome.class);

  private final Path folder;
  private final Path starting;
  private final Path active;
  private final Path done;
  private final Path damaged;
  private final ProcessTable table = ProcessTable.ofThisHost();
  private volatile @Nullable Runner runner; // asked for once: it cannot change

  private RunHome(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
    Path runs = this.folder.resolve("runs");
    starting = runs.resolve("starting");
    active = runs.resolve("active");
    done = runs.resolve("done");
    damaged = runs.resolve("damaged");
  }

  /** The home in that folder, which is made when the first run begins, not before. */
  public static RunHome at(Path folder) {
    return new RunHome(requireNonNull(folder, "folder"));
  }

  /** The absolute path of the home. */
  public Path folder() {
    return folder;
  }

  /** Where the embedded database belongs; nothing here creates it. */
  public Path databaseFile() {
    return folder.resolve("registry.db");
  }

  @Override
  public Optional<Path> log(RunId id, LogStream stream) {
    // twice in active: it can move to done between the two looks, not back
    return Stream.of(activeFolder(id), RunFolder.in(done, id))
        .map(runFolder -> runFolder.log(stream))
        .filter(
            file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) // the run's to replace
        .findFirst();
  }

  @Override
  public long limit(RunId id) {
    return folderOf(id)
        .map(folder -> new RunProcesses(folder).logLimit().bytes())
        .orElse(Long.MAX_VALUE);
  }

  /** One sentence about what a log does not have, of all that was printed; empty if it has all. */
  public Optional<String> logNotice(RunId id, LogStream stream) {
    return folderOf(id).flatMap(folder -> LimitedLogs.of(folder).notice(stream));
  }

  private Optional<RunFolder> folderOf(RunId id) {
    return Stream.of(activeFolder(id), RunFolder.in(done, id))
        .filter(RunFolder::exists)
        .findFirst();
  }

  /** How many runs have begun and are not settled: running ones, and those that need attention. */
  public int activeRuns() {
    String[] names = active.toFile().list();
    return names == null ? 0 : names.length;
  }

  @Override
  public int waiting() {
    return (int) unsettled().stream().filter(id -> Files.exists(activeFolder(id).ended())).count();
  }

  /** The folder of a run that is not settled. */
  RunFolder activeFolder(RunId id) {
    return RunFolder.in(active, id);
  }

  @Override
  public void prepare(IdempotencyClaim wanted) {
    RunId id = wanted.runId();
    try {
      DurableFiles.createFolders(starting);
      new Beginnings(starting).prepare(id, RunJson.key(wanted));
    } catch (IOException e) {
      throw failed(id, "cannot be prepared", e, reason(e));
    }
  }

  @Override
  public void abandon(RunId id) {
    new Beginnings(starting).abandon(id);
  }

  @Override
  public void begin(Run running) {
    RunId id = running.id();
    try {
      byte[] note = RunJson.started(running, runner());
      DurableFiles.createFolders(starting);
      DurableFiles.createFolders(active);
      DurableFiles.createFolders(done);
      if (activeFolder(id).exists() || RunFolder.in(done, id).exists()) {
        throw new FileAlreadyExistsException(activeFolder(id).path().toString());
      }
      if (Claims.isHeld(id)) { // it was prepared
        begin(id, RunFolder.in(starting, id), note);
      } else {
        new Beginnings(starting).make(id, folder -> begin(id, folder, note));
      }
      DurableFiles.sync(active);
    } catch (FileAlreadyExistsException e) {
      throw failed(id, "cannot be noted", e, alreadyThere(id, e));
    } catch (IOException e) {
      throw failed(id, "cannot be noted", e, reason(e));
    }
  }

  /** Whoever finds it among the active ones finds it claimed and with its note. */
  private void begin(RunId id, RunFolder made, byte[] note) throws IOException {
    DurableFiles.writeUnseen(made.started(), note);
    Files.move(made.path(), activeFolder(id).path(), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void discardUnbegun(Predicate<IdempotencyClaim> giveBack) {
    Beginnings beginnings = new Beginnings(starting);
    for (String name : namesIn(starting).toList()) {
      try {
        beginnings.discard(name, giveBack);
      } catch (IOException e) {
        throw new JournalException(
            "%s in %s never began and cannot be removed: %s".formatted(name, folder, reason(e)), e);
      }
    }
  }

  @Override
  public void configure(Run running, Dataset dataset) {
    try {
      // not synced: what reads it does not outlive a power cut, and what it says is in the note
      DurableFiles.create(
          activeFolder(running.id()).config(), TrainingYaml.of(running.spec(), dataset));
    } catch (IOException e) {
      throw failed(running.id(), "cannot be configured", e, reason(e));
    }
  }

  @Override
  public Optional<Instant> endedAt(Run running) {
    try {
      return new RunProcesses(activeFolder(running.id())).endedAt();
    } catch (IOException e) {
      log.warn("run {}: when it ended cannot be read", running.id(), e);
      return Optional.empty();
    }
  }

  @Override
  public void end(Run ended) {
    Path note = activeFolder(ended.id()).ended();
    try {
      if (!isSame(ended, note)) {
        DurableFiles.write(note, RunJson.ended(ended));
      }
    } catch (IOException e) {
      throw failed(ended.id(), "has ended, which cannot be noted", e, reason(e));
    }
  }

  /** Whether the same ending is there already; a damaged note of one is none. */
  private static boolean isSame(Run ended, Path note) throws IOException {
    if (!Files.isRegularFile(
        note, LinkOption.NOFOLLOW_LINKS)) { // as nearly always; cheaper than to fail to read it
      return false;
    }
    try {
      Run noted = RunJson.readEnded(Files.readAllBytes(note));
      if (noted.equals(ended)) {
        return true;
      }
      throw new FileSystemException(note.toString(), null, "another ending is there already");
    } catch (NoSuchFileException e) {
      return false;
    } catch (DamagedNoteException e) {
      DurableFiles.keepBeside(note, "damaged");
      return false;
    }
  }

  @Override
  public void settle(RunId id) {
    RunFolder settled = RunFolder.in(done, id);
    try {
      // not synced: if a power cut undoes it, the run is looked at once more and found recorded
      Files.move(activeFolder(id).path(), settled.path(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!(e instanceof NoSuchFileException && settled.exists())) {
        throw failed(id, "cannot be settled", e, reason(e));
      }
    }
  }

  @Override
  public List<RunId> unsettled() {
    // as texts, which sort as the bytes do
    return namesIn(active).filter(RunHome::isRunId).sorted().map(RunId::parse).toList();
  }

  @Override
  public List<String> foreign() {
    // what begins with a dot is the file system's own, or somebody's who looked in
    return namesIn(active).filter(name -> !isRunId(name) && !name.startsWith(".")).toList();
  }

  static boolean isRunId(String name) {
    try {
      return RunId.parse(name).toString().equals(name);
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Stream<String> namesIn(Path parent) {
    String[] names = parent.toFile().list();
    if (names == null && Files.exists(parent)) {
      throw new JournalException(
          parent + " cannot be listed", new NotDirectoryException(parent.toString()));
    }
    return names == null ? Stream.empty() : Stream.of(names);
  }

  @Override
  public boolean claim(RunId id) {
    try {
      return Claims.take(id, activeFolder(id).claim());
    } catch (NoSuchFileException e) { // settled meanwhile
      return false;
    } catch (IOException e) {
      throw failed(id, "cannot be claimed", e, reason(e));
    }
  }

  @Override
  public void release(RunId id) {
    Claims.giveBack(id);
  }

  @Override
  public RunStanding standing(RunId id) {
    try {
      return new Remains(id, activeFolder(id), table, runner()).standing();
    } catch (IOException e) {
      throw failed(id, "cannot be looked at", e, reason(e));
    }
  }

  @Override
  public void timeOut(Run running) {
    try {
      new RunProcesses(activeFolder(running.id())).timedOut();
    } catch (IOException e) {
      throw failed(running.id(), "is over its time limit, which cannot be noted", e, reason(e));
    }
    sweep(running);
  }

  @Override
  public void sweep(Run running) {
    new Orphan(running.id(), activeFolder(running.id()), table).end();
  }

  @Override
  public String setAside(String name) {
    try {
      DurableFiles.createFolders(damaged);
      Path place = damaged.resolve(name + "-" + UUID.randomUUID()); // there may be one before it
      Files.move(active.resolve(name), place, StandardCopyOption.ATOMIC_MOVE);
      return folder.relativize(place).toString();
    } catch (IOException e) {
      throw new JournalException(
          "%s cannot be set aside in %s: %s".formatted(name, folder, reason(e)), e);
    }
  }

  /**
   * Deletes the folders of runs that are settled and ended before that time, and with them their
   * whole output; what is on record of them stays. Safe while runs are carried out.
   *
   * @param really whether to delete, or only to say what would be
   * @return whose folders these are, oldest first as far as their ids begin with the time
   * @throws JournalException if a folder cannot be deleted; those before it are
   */
  public List<RunId> prune(Instant endedBefore, boolean really) {
    List<RunId> pruned = new ArrayList<>();
    for (RunId id : namesIn(done).filter(RunHome::isRunId).sorted().map(RunId::parse).toList()) {
      DoneFolder settled = new DoneFolder(RunFolder.in(done, id));
      try {
        if (settled.endedAt().isBefore(endedBefore)) {
          pruned.add(id);
          if (really) {
            settled.delete();
          }
        }
      } catch (IOException e) {
        throw failed(id, "cannot be pruned", e, reason(e));
      }
    }
    return pruned;
  }

  private Runner runner() throws IOException {
    Runner known = runner;
    if (known == null) {
      known = Runner.current(table);
      runner = known;
    }
    return known;
  }

  private JournalException failed(RunId id, String what, IOException cause, String why) {
    return new JournalException("run %s %s in %s: %s".formatted(id, what, folder, why), cause);
  }

  private String alreadyThere(RunId id, FileAlreadyExistsException e) {
    return activeFolder(id).path().toString().equals(e.getFile())
        ? "a run with this id is there already"
        : e.getFile() + " is not a folder";
  }

  private static String reason(IOException e) {
    String why = e instanceof FileSystemException file ? file.getReason() : null;
    if (e instanceof NoSuchFileException missing) {
      why = missing.getFile() + " does not exist";
    }
    return why != null ? why : String.valueOf(e.getMessage());
  }
}
