package dev.runregistry.journal;

import static java.util.Objects.requireNonNull;

import dev.runregistry.internal.files.CorruptJournalException;
import dev.runregistry.internal.files.DurableFiles;
import dev.runregistry.internal.files.FileErrors;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.internal.files.Uninterruptibly;
import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The directory in which one host keeps its runs: a directory for each, below {@code runs/active}
 * until the database has the ended run, then below {@code runs/done}. It is staged in {@code
 * runs/starting}, so that entries in {@code runs/active} are complete; entries there that are not
 * are quarantined in {@code runs/damaged}. Only its owner can read it.
 *
 * <p>Safe for use by many threads and many processes at once. Holds open one file for each run that
 * is locked.
 */
public final class FileRunJournal implements RunJournal {
  private static final Logger log = LoggerFactory.getLogger(FileRunJournal.class);

  private static final int ID_LENGTH = 36;

  private final Path folder;
  private final Path starting;
  private final Path active;
  private final Path done;
  private final Path damaged;
  private final HomeOwner owner = new HomeOwner();
  private final ProcessTable table = ProcessTable.ofThisHost();
  private final Set<RunId> notBegun = ConcurrentHashMap.newKeySet(); // and still among the active
  private volatile @Nullable OwnerIdentity identity; // read once: it cannot change

  private FileRunJournal(Path folder) {
    this.folder = folder.toAbsolutePath().normalize();
    Path runs = this.folder.resolve("runs");
    starting = runs.resolve("starting");
    active = runs.resolve("active");
    done = runs.resolve("done");
    damaged = runs.resolve("damaged");
  }

  /** Returns the journal in that directory, created by the first run or {@link #probe}. */
  public static FileRunJournal at(Path folder) {
    return new FileRunJournal(requireNonNull(folder, "folder"));
  }

  /** Returns the absolute path of the home. */
  public Path folder() {
    return folder;
  }

  /** Returns the location of the embedded database; nothing here creates it. */
  public Path databaseFile() {
    return folder.resolve("registry.db");
  }

  /**
   * Returns the identifier of this home, which a copy of it shares; creates the home and the
   * identifier if there is none. Empty if the home belongs to another user and is only read.
   *
   * @throws JournalException if it can neither be read nor written
   */
  public Optional<UUID> homeId() {
    try {
      return owner.isForeign(folder) ? Optional.empty() : Optional.of(new HomeId(folder).get());
    } catch (IOException e) {
      throw new JournalException(
          "the identifier of %s cannot be read or written: %s".formatted(folder, reason(e)), e);
    }
  }

  @Override
  public Optional<Path> workspace(RunId id) {
    return folderOf(id).map(RunDirectory::path);
  }

  @Override
  public Optional<RunJournal> ofWorkspace(Path workspace) {
    Path home = workspace.resolve("../../..").normalize();
    FileRunJournal journal = at(home);
    return journal.active.equals(workspace.getParent())
            && isRunId(String.valueOf(workspace.getFileName()))
            && Files.isDirectory(workspace)
        ? Optional.of(journal)
        : Optional.empty();
  }

  private Optional<RunDirectory> folderOf(RunId id) {
    // active first: a run moves from active to done, never back
    return Stream.of(activeFolder(id), RunDirectory.in(done, id))
        .filter(RunDirectory::exists)
        .findFirst();
  }

  /** Returns the number of active runs: running ones, and those that need attention. */
  public int activeRuns() {
    String[] names = active.toFile().list();
    return names == null ? 0 : names.length;
  }

  @Override
  public int countAwaitingRepository(DatabaseIdentity database) {
    return (int)
        active().stream()
            .filter(this::hasEnded)
            .filter(id -> database(id).matches(database))
            .count();
  }

  private boolean hasEnded(RunId id) {
    try {
      return RegularFiles.exists(activeFolder(id).ended());
    } catch (IOException e) {
      throw failed(id, "cannot be read", e);
    }
  }

  /** Returns the directory of an active run. */
  RunDirectory activeFolder(RunId id) {
    return RunDirectory.in(active, id);
  }

  @Override
  public void begin(Run running, DatabaseIdentity database) {
    begin(running.id(), () -> RunJson.started(running, identity(), database));
  }

  @Override
  public void submit(Run pending, String executor, DatabaseIdentity database) {
    begin(pending.id(), () -> RunJson.submitted(pending, executor, identity(), database));
  }

  private interface Writing {
    byte[] note() throws IOException;
  }

  private void begin(RunId id, Writing writing) {
    try {
      byte[] note = writing.note();
      DurableFiles.createDirectories(starting);
      DurableFiles.createDirectories(active);
      DurableFiles.createDirectories(done);
      if (RegularFiles.exists(activeFolder(id).path())
          || RegularFiles.exists(RunDirectory.in(done, id).path())) {
        throw new FileAlreadyExistsException(activeFolder(id).path().toString());
      }
      begin(id, new StagingDirectory(starting).stage(id, RunDirectory.STARTED, note));
    } catch (FileAlreadyExistsException e) {
      throw failed(id, "cannot be journaled", e, alreadyThere(id, e));
    } catch (IOException e) {
      throw failed(id, "cannot be journaled", e);
    }
  }

  @Override
  public void start(Run running) {
    RunDirectory entry = activeFolder(running.id());
    try {
      JournaledStart before = RunJson.readStarted(entry.note(entry.started()));
      DurableFiles.write(
          entry.started(), RunJson.started(running, before.owner(), before.database()));
    } catch (IOException e) {
      throw failed(running.id(), "was started by its engine, which cannot be journaled", e);
    }
  }

  /**
   * Makes a staged entry an active one, which is locked and complete then. If that cannot be made
   * durable it is moved back, because the exception means that nothing was started.
   */
  private void begin(RunId id, RunDirectory staged) throws IOException {
    try {
      Files.move(staged.path(), activeFolder(id).path(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      StagingDirectory.unstage(id, staged);
      throw e;
    }
    try {
      DurableFiles.sync(active);
    } catch (IOException e) {
      takeBack(id, "cannot be journaled, and its entry cannot be removed yet,", e);
      throw e;
    }
  }

  @Override
  public void withdraw(RunId id) {
    takeBack(id, "did not start and cannot be removed yet", null);
  }

  /**
   * Moves a run back that began. An entry that cannot be moved stays locked as long as this process
   * lives, which retries.
   *
   * @throws JournalException if it cannot be moved
   */
  private void takeBack(RunId id, String what, @Nullable IOException cause) {
    try {
      new StagingDirectory(starting).takeBack(id, activeFolder(id));
    } catch (IOException e) {
      notBegun.add(id);
      if (cause != null) {
        cause.addSuppressed(e);
      }
      throw failed(id, what, cause == null ? e : cause, reason(e));
    }
    try {
      DurableFiles.sync(active);
    } catch (IOException e) { // the disk fails: the state after a power cut is unknown
      log.warn("run {} did not begin, which cannot be made durable: {}", id, reason(e));
    }
  }

  private void retryTakingBack() {
    for (RunId id : List.copyOf(notBegun)) {
      try {
        new StagingDirectory(starting).takeBack(id, activeFolder(id));
        notBegun.remove(id);
      } catch (IOException e) {
        log.debug("run {} did not begin and cannot be removed yet", id, e);
      }
    }
  }

  @Override
  public void probe() {
    try {
      DurableFiles.createDirectories(starting);
      DurableFiles.createDirectories(active);
      DurableFiles.createDirectories(done);
      DurableFiles.probe(starting.resolveSibling(".probe-" + UUID.randomUUID()));
    } catch (IOException e) {
      throw new JournalException(folder + " cannot be written: " + reason(e), e);
    }
  }

  /**
   * Checks that an existing home can be written, as {@link #probe} does, but creates none of its
   * directories, and whether its file system has file locks.
   *
   * @return whether it has; without them, one registry at a time may work in this home
   * @throws JournalException if it cannot be written, or belongs to another user
   */
  public boolean probeExisting() {
    Path runs = folder.resolve("runs");
    Path place = (Files.isDirectory(runs) ? runs : folder).resolve(".probe-" + UUID.randomUUID());
    try {
      owner.requireMayJudge(folder);
      for (Path each : List.of(starting, active, done)) {
        if (Files.exists(each) && !(Files.isDirectory(each) && Files.isWritable(each))) {
          throw new AccessDeniedException(each.toString(), null, each + " cannot be written");
        }
      }
      DurableFiles.probe(place);
      return RunLocks.areSupported(place);
    } catch (IOException e) {
      throw new JournalException(folder + " cannot be written: " + reason(e), e);
    }
  }

  /**
   * Returns the names of quarantined entries, in no order.
   *
   * @throws JournalException if they cannot be listed
   */
  public List<String> quarantined() {
    return namesIn(damaged).toList();
  }

  @Override
  public void bind(RunId id, DatabaseIdentity database) {
    try {
      Uninterruptibly.io(
          () -> DurableFiles.replace(activeFolder(id).database(), RunJson.database(database)));
    } catch (NoSuchFileException e) {
      log.debug("run {} is archived", id, e);
    } catch (IOException e) {
      throw failed(id, "has a database, which cannot be journaled", e);
    }
  }

  @Override
  public DatabaseIdentity database(RunId id) {
    try {
      return database(activeFolder(id));
    } catch (IOException e) {
      throw failed(id, "belongs to a database, which cannot be read", e);
    }
  }

  private static DatabaseIdentity database(RunDirectory entry) throws IOException {
    Optional<DatabaseIdentity> bound = bound(entry);
    return bound.isPresent()
        ? bound.get()
        : noted(entry, entry.started(), note -> RunJson.readStarted(note).database())
            .orElse(DatabaseIdentity.UNKNOWN);
  }

  /** Returns the database that a waiting run is on record in; empty if it is not known to be. */
  static Optional<DatabaseIdentity> bound(RunDirectory entry) throws IOException {
    return noted(entry, entry.database(), RunJson::readDatabase);
  }

  @Override
  public List<RunId> archived() {
    return idsIn(done);
  }

  @Override
  public Optional<ArchivedRun> archived(RunId id) {
    RunDirectory entry = RunDirectory.in(done, id);
    try {
      return Optional.of(new ArchivedRun(ending(id, entry), database(entry)));
    } catch (NoSuchFileException e) { // pruned
      return Optional.empty();
    } catch (IOException e) {
      throw failed(id, "is archived and cannot be read", e);
    }
  }

  private interface Reading<T> {
    T from(byte[] note) throws IOException;
  }

  /** Returns empty if there is no file, or it is damaged, for example after a power cut. */
  private static <T> Optional<T> noted(RunDirectory entry, Path file, Reading<T> reading)
      throws IOException {
    try {
      return Optional.of(reading.from(entry.note(file)));
    } catch (NoSuchFileException | CorruptJournalException e) {
      log.debug("no database in {}", file, e);
      return Optional.empty();
    }
  }

  @Override
  public void discardStaged() {
    try {
      if (owner.isForeign(folder)) { // tryLock() reports it for each run
        return;
      }
    } catch (IOException e) {
      throw new JournalException(
          "the owner of %s is not known: %s".formatted(folder, reason(e)), e);
    }
    retryTakingBack();
    StagingDirectory staging = new StagingDirectory(starting);
    for (String name : namesIn(starting).toList()) {
      try {
        staging.discard(name);
      } catch (IOException e) {
        throw new JournalException(
            "%s in %s never began and cannot be removed: %s".formatted(name, folder, reason(e)), e);
      }
    }
  }

  @Override
  public boolean requestCancel(RunId id, CancelRequest request) {
    RunDirectory entry = activeFolder(id);
    try {
      byte[] note = RunJson.cancelRequest(request);
      if (cancelRequest(id).isEmpty() && !DurableFiles.writeIfAbsent(entry.cancel(), note)) {
        replaceDamagedRequest(id, entry, note);
      }
      return !isGone(entry);
    } catch (NoSuchFileException e) { // archived
      return false;
    } catch (IOException e) {
      throw failed(id, "cannot be cancelled", e);
    }
  }

  /** Replaces a file that is no request; another process may have written one meanwhile. */
  private void replaceDamagedRequest(RunId id, RunDirectory entry, byte[] note) throws IOException {
    if (cancelRequest(id).isEmpty()) {
      DurableFiles.renameAside(entry.cancel(), "damaged");
      DurableFiles.writeIfAbsent(entry.cancel(), note);
    }
  }

  @Override
  public Optional<CancelRequest> cancelRequest(RunId id) {
    RunDirectory entry = activeFolder(id);
    try {
      return Optional.of(RunJson.readCancelRequest(entry.note(entry.cancel())));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CorruptJournalException e) { // the run can write it
      log.debug("run {}: {} is no request", id, entry.cancel(), e);
      return Optional.empty();
    } catch (IOException e) {
      throw failed(id, "has a cancel request, which cannot be read", e);
    }
  }

  @Override
  public void end(Run ended) {
    RunDirectory entry = activeFolder(ended.id());
    try {
      if (!isSame(ended, entry)) {
        DurableFiles.write(entry.ended(), RunJson.ended(ended));
      }
    } catch (IOException e) {
      throw failed(ended.id(), "has finished, which cannot be journaled", e);
    }
  }

  /** Returns whether the same ending is journaled already; a damaged file is none. */
  private static boolean isSame(Run ended, RunDirectory entry) throws IOException {
    Path note = entry.ended();
    try {
      if (ending(ended.id(), entry).equals(ended)) {
        return true;
      }
      throw new FileSystemException(note.toString(), null, "another outcome is there already");
    } catch (NoSuchFileException e) {
      return false;
    } catch (CorruptJournalException e) {
      DurableFiles.renameAside(note, "damaged");
      return false;
    }
  }

  @Override
  public void archive(RunId id) {
    RunDirectory settled = RunDirectory.in(done, id);
    try {
      Files.deleteIfExists(activeFolder(id).queued()); // its variables may hold secrets
      // not synced: if a power cut undoes it, the run is inspected once more and found recorded
      Files.move(activeFolder(id).path(), settled.path(), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (!(e instanceof NoSuchFileException && settled.exists())) {
        throw failed(id, "cannot be archived", e);
      }
    }
  }

  @Override
  public List<RunId> active() {
    return idsIn(active);
  }

  private List<RunId> idsIn(Path parent) {
    // as texts, which sort as the bytes do
    return namesIn(parent).filter(FileRunJournal::isRunId).sorted().map(RunId::parse).toList();
  }

  @Override
  public List<String> unrecognized() {
    // names with a leading dot belong to the file system or to a tool
    return namesIn(active).filter(name -> !isRunId(name) && !name.startsWith(".")).toList();
  }

  /**
   * Returns whether it is the text of a run id, which is in lower case. Without a pattern: the
   * names of all waiting runs are looked at again and again.
   */
  static boolean isRunId(String name) {
    if (name.length() != ID_LENGTH) {
      return false;
    }
    for (int i = 0; i < ID_LENGTH; i++) {
      char at = name.charAt(i);
      boolean isHexadecimal = (at >= '0' && at <= '9') || (at >= 'a' && at <= 'f');
      boolean isPlaceOfHyphen = i == 8 || i == 13 || i == 18 || i == 23;
      if (isPlaceOfHyphen ? at != '-' : !isHexadecimal) {
        return false;
      }
    }
    return true;
  }

  private Stream<String> namesIn(Path parent) {
    try (Stream<Path> entries = Files.list(parent)) {
      return entries.map(entry -> entry.getFileName().toString()).toList().stream();
    } catch (NoSuchFileException e) {
      return Stream.empty();
    } catch (NotDirectoryException e) {
      if (Files.exists(parent)) {
        throw new JournalException(parent + " cannot be listed", e);
      }
      return Stream.empty(); // below a file there are no entries
    } catch (IOException | UncheckedIOException e) {
      throw new JournalException(parent + " cannot be listed: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean tryLock(RunId id) {
    try {
      owner.requireMayJudge(folder, activeFolder(id).path());
      return RunLocks.tryLock(id, activeFolder(id).lockFile());
    } catch (NoSuchFileException e) { // archived meanwhile
      return false;
    } catch (IOException e) {
      throw failed(id, "cannot be locked", e);
    }
  }

  @Override
  public void unlock(RunId id) {
    RunLocks.unlock(id);
  }

  @Override
  public Optional<JournalEntry> read(RunId id) {
    RunDirectory entry = activeFolder(id);
    try {
      Optional<Run> ended = ended(id, entry);
      return Optional.of(
          ended.isPresent() ? new JournalEntry.Ended(ended.get()) : begun(id, entry));
    } catch (NoSuchFileException e) {
      return isGone(entry)
          ? Optional.empty()
          : Optional.of(new JournalEntry.Corrupt("there is no run.json"));
    } catch (CorruptJournalException e) {
      return Optional.of(new JournalEntry.Corrupt("run.json: " + e.getMessage()));
    } catch (IOException e) {
      throw failed(id, "cannot be read", e);
    }
  }

  private boolean isGone(RunDirectory entry) {
    try {
      return entry.isGone();
    } catch (IOException e) {
      throw new JournalException(entry.path() + " cannot be read: " + reason(e), e);
    }
  }

  private static Optional<Run> ended(RunId id, RunDirectory entry) throws IOException {
    try {
      return Optional.of(ending(id, entry));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (CorruptJournalException e) { // then the outcome is determined a second time
      log.warn("run {}: its journaled outcome is damaged: {}", id, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Reads the ending of a run.
   *
   * @throws CorruptJournalException if the file has no ending, or that of another run
   */
  private static Run ending(RunId id, RunDirectory entry) throws IOException {
    Run ended = RunJson.readEnded(entry.note(entry.ended()));
    if (!ended.id().equals(id) || !ended.status().isFinal()) {
      throw new CorruptJournalException("it is not the outcome of this run", null);
    }
    return ended;
  }

  private static JournalEntry begun(RunId id, RunDirectory entry) throws IOException {
    JournaledStart note = RunJson.readStarted(entry.note(entry.started()));
    if (!note.run().id().equals(id) || note.run().status().isFinal()) {
      throw new CorruptJournalException("it is of another run", null);
    }
    if (note.run().status() == RunStatus.RUNNING) {
      return new JournalEntry.Begun(note.run());
    }
    if (note.executor() == null) {
      throw new CorruptJournalException("it has a pending run without an executor", null);
    }
    return new JournalEntry.Submitted(note.run(), note.executor());
  }

  @Override
  public String quarantine(String name) {
    return quarantine(active, name);
  }

  String quarantine(Path parent, String name) {
    try {
      owner.requireMayJudge(folder, parent);
      DurableFiles.createDirectories(damaged);
      Path place = damaged.resolve(name + "-" + UUID.randomUUID()); // the name may exist there
      Files.move(parent.resolve(name), place, StandardCopyOption.ATOMIC_MOVE);
      return folder.relativize(place).toString();
    } catch (IOException e) {
      throw new JournalException(
          "%s cannot be set aside in %s: %s".formatted(name, folder, reason(e)), e);
    }
  }

  /**
   * Deletes the directories of archived runs that ended before that time, with their whole output;
   * their records in the database stay. Safe while runs are active. A directory that cannot be
   * deleted does not prevent the deletion of the others.
   *
   * @param really whether to delete, or only to report what would be deleted
   * @throws JournalException if the directories cannot be listed
   */
  public Pruned prune(Instant endedBefore, boolean really) {
    try {
      owner.requireMayJudge(folder, done);
    } catch (IOException e) {
      throw new JournalException(folder + " cannot be pruned: " + e.getMessage(), e);
    }
    List<RunId> pruned = new ArrayList<>();
    List<String> failures = new ArrayList<>();
    long bytes = 0;
    for (RunId id : archived()) {
      ArchivedDirectory settled = new ArchivedDirectory(RunDirectory.in(done, id));
      try {
        if (settled.endedAt().isBefore(endedBefore)) {
          long size = settled.size();
          if (really) {
            settled.delete();
          }
          pruned.add(id);
          bytes += size;
        }
      } catch (NoSuchFileException e) {
        log.debug("run {} was pruned meanwhile", id, e);
      } catch (IOException e) {
        failures.add(failed(id, "cannot be pruned", e, e.toString()).getMessage());
      }
    }
    return new Pruned(pruned, bytes, failures);
  }

  /**
   * The runs that were pruned, or would be.
   *
   * @param runs the runs whose directories these are, oldest first as far as ids begin with the
   *     time
   * @param bytes the sizes of their files, in bytes, as far as these may be read
   * @param failures a sentence for each directory that is old enough and could not be deleted
   */
  public record Pruned(List<RunId> runs, long bytes, List<String> failures) {
    /** Copies the lists. */
    public Pruned {
      runs = List.copyOf(runs);
      failures = List.copyOf(failures);
    }
  }

  /** Returns the identity of this process. */
  OwnerIdentity identity() throws IOException {
    OwnerIdentity known = identity;
    if (known == null) {
      known = OwnerIdentity.current(table);
      identity = known;
    }
    return known;
  }

  /** Returns the exception for something that failed, with the reason of its cause. */
  JournalException failed(RunId id, String what, IOException cause) {
    return failed(id, what, cause, reason(cause));
  }

  private JournalException failed(RunId id, String what, IOException cause, String why) {
    return new JournalException("run %s %s in %s: %s".formatted(id, what, folder, why), cause);
  }

  private String alreadyThere(RunId id, FileAlreadyExistsException e) {
    return activeFolder(id).path().toString().equals(e.getFile())
        ? "a run with this id is there already"
        : e.getFile() + " is not a directory";
  }

  private static String reason(IOException e) {
    return FileErrors.reason(e);
  }
}
