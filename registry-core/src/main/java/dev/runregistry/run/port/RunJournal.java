package dev.runregistry.run.port;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The host's own durable record of each run, written before anything else, so that no run gets lost
 * with the registry or the database, and the lock of each run. Safe for use by many threads and
 * many processes at once. Independent of processes: see {@link RunExecutor}.
 *
 * <p>An active run is locked by at most one of all those threads and processes; only the lock
 * holder may decide about it. A lock ends when it is released, and at the latest with the process
 * that holds it, however that ends.
 *
 * <p>Each entry names the database that the run is recorded in. The journal only stores that name:
 * the caller compares it, and skips runs of another database.
 *
 * <p>A file that cannot be read is not a file that is absent: only one that does not exist means
 * that something did not happen. On any other failure a method throws, and the run is inspected
 * again later.
 */
public interface RunJournal {
  /**
   * Records that the run starts, and locks it. When this returns, a crash of the process or of the
   * host no longer loses the run.
   *
   * @param database the database that the run is going to be recorded in
   * @throws JournalException if that cannot be written; nothing has been started and nothing is
   *     left behind. That holds at whatever step it fails, the last included
   */
  void begin(Run running, DatabaseIdentity database);

  /** Begins a run that any database may record. */
  default void begin(Run running) {
    begin(running, DatabaseIdentity.UNKNOWN);
  }

  /**
   * Records that the run is about to be handed to an engine with a queue of its own, and locks it;
   * else the same as {@link #begin}.
   *
   * @param executor the name of its executor
   * @param database the database that the run is going to be recorded in
   * @throws JournalException if that cannot be written; nothing is left behind
   */
  void submit(Run pending, String executor, DatabaseIdentity database);

  /**
   * Records durably that the engine has started a run that was {@link #submit submitted} and is
   * locked here; recording it again changes nothing.
   *
   * @param running the run with the start that the engine reported
   * @throws JournalException if that cannot be written; it is still submitted
   */
  void start(Run running);

  /**
   * Deletes the entry of a run that began and is not going to start, and unlocks it: the run is on
   * record nowhere.
   *
   * @throws JournalException if it cannot be deleted yet; the deletion is retried while this
   *     process lives, and after that the run is recovered as any other
   */
  void withdraw(RunId id);

  /**
   * Records that the run is in that database, instead of the one that it began for. Need not
   * survive a power cut. Does nothing for an archived run.
   *
   * @throws JournalException if that cannot be written
   */
  void bind(RunId id, DatabaseIdentity database);

  /**
   * Returns the database that the run belongs to: the one that it was last bound to, else the one
   * that it began for; {@link DatabaseIdentity#UNKNOWN} if none was recorded.
   *
   * @throws JournalException if that cannot be read
   */
  DatabaseIdentity database(RunId id);

  /**
   * Records durably that an active run is to be cancelled; the first request stays. Needs no lock:
   * any process of this host may request it, and the owner of the run looks for it.
   *
   * @return whether the run is active; if not, nothing is recorded
   * @throws JournalException if that cannot be written
   */
  boolean requestCancel(RunId id, CancelRequest request);

  /**
   * Returns the request to cancel an active run; empty if there is none, or the run has damaged it.
   * Cheap enough to be called several times a second for each live run.
   *
   * @throws JournalException if that cannot be read now
   */
  Optional<CancelRequest> cancelRequest(RunId id);

  /**
   * Records the ending of the run, durably; recording the same ending again changes nothing.
   *
   * @throws JournalException if that cannot be written, or another ending is there already
   */
  void end(Run ended);

  /**
   * Archives a run whose ending is in the repository. Its workspace stays readable.
   *
   * @throws JournalException if that fails; the run stays active
   */
  void archive(RunId id);

  /**
   * Returns the ids of the active runs, oldest first as far as ids begin with the time.
   *
   * @throws JournalException if they cannot be listed
   */
  List<RunId> active();

  /**
   * Returns the names of entries among the active runs that are no runs, in no order.
   *
   * @throws JournalException if they cannot be listed
   */
  List<String> unrecognized();

  /**
   * Returns the entry of an active run; empty if there is none, for example because it was
   * archived.
   *
   * @throws JournalException if it cannot be read now
   */
  Optional<JournalEntry> read(RunId id);

  /**
   * Returns the ids of the archived runs, oldest first as far as ids begin with the time.
   *
   * @throws JournalException if the archive cannot be listed
   */
  List<RunId> archived();

  /**
   * Returns an archived run; empty if it is not, or no longer, archived.
   *
   * @throws JournalException if it cannot be read
   */
  Optional<ArchivedRun> archived(RunId id);

  /**
   * Returns the number of active runs that have ended: their ending waits for the repository,
   * nearly always only for a moment.
   *
   * @param database only runs that can belong to this one are counted
   * @throws JournalException if the runs cannot be read
   */
  int countAwaitingRepository(DatabaseIdentity database);

  /**
   * Locks an active run.
   *
   * @return whether it is locked now; false if another thread or process holds the lock, and if
   *     there is no such run
   * @throws JournalException if the lock cannot be tried
   */
  boolean tryLock(RunId id);

  /** Releases a lock; does nothing if this process does not hold it. */
  void unlock(RunId id);

  /**
   * Returns the directory of a run, active or archived, as an absolute path; empty if there is
   * none. That of an active run does not move while it is locked.
   */
  Optional<Path> workspace(RunId id);

  /**
   * Returns the journal of another home, by the workspace of one of its active runs; empty if there
   * is no such workspace, or it is not visible here.
   */
  default Optional<RunJournal> ofWorkspace(Path workspace) {
    return Optional.empty();
  }

  /**
   * Moves an entry aside that is no run of the registry, so that it is not inspected again; deletes
   * nothing.
   *
   * @param name of a run, or of an {@link #unrecognized} entry
   * @return its new location, for people
   * @throws JournalException if it cannot be moved
   */
  String quarantine(String name);

  /**
   * Deletes the staging directories of processes that died while writing them: nothing was started
   * for them, and nothing can be. Entries that are being written now are left alone.
   *
   * @throws JournalException if one cannot be deleted; the deletion is retried
   */
  void discardStaged();

  /**
   * Returns normally if a run could begin now: writes a file durably, and deletes it. May be called
   * often and at any time; leaves no run behind.
   *
   * @throws JournalException if nothing can be written
   */
  void probe();
}
