package dev.runregistry.run.port;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Dataset;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;

/**
 * The host's own durable note of each run, written before anything else, so that no run gets lost
 * with the registry or the database. Safe for use by many threads and many processes at once.
 *
 * <p>A run that is not settled belongs to at most one of all those threads and processes, who has
 * its <em>claim</em>. A claim ends when it is released, and at the latest with the process that has
 * it, however that ends.
 *
 * <p>Each entry names the database that the run is recorded in. The journal only keeps that name:
 * the caller compares it, and leaves runs of another database alone.
 *
 * <p>Evidence that cannot be read is not evidence that is absent: only a file that does not exist
 * means that something did not happen. On any other failure a method throws, and the run is
 * inspected again later.
 */
public interface RunJournal {
  /**
   * Notes which key is about to be claimed for a run that is about to begin, and claims the run.
   * When this returns, a crash of the process or of the host no longer leaves a key behind of which
   * nobody knows that nothing was started under it: see {@link #discardUnbegun}. Then the run
   * either {@link #begin}s, or it is {@link #abandon}ed; a claim that is only {@link #release}d
   * leaves the note as a crash would.
   *
   * <p>Does nothing unless implemented; then a key whose registry died at that moment stays claimed
   * until it expires.
   *
   * @param database the database that the key is claimed in
   * @throws JournalException if the note cannot be written; nothing is left behind
   */
  default void prepare(IdempotencyClaim wanted, DatabaseIdentity database) {}

  /**
   * Takes a run back that was prepared and is not going to begin, and gives its claim back. Never
   * throws: what of it cannot be removed is left to {@link #discardUnbegun}.
   */
  default void abandon(RunId id) {
    release(id);
  }

  /**
   * Notes that the run starts, and claims it, unless it was prepared and therefore is ours already.
   * When this returns, a crash of the process or of the host no longer loses the run.
   *
   * @param database the database that the run is going to be recorded in
   * @throws JournalException if the note cannot be written; nothing has been started and nothing is
   *     left behind, but what was prepared. That holds at whatever step it fails, the last included
   */
  void begin(Run running, DatabaseIdentity database);

  /** The same for a run that any database may record. */
  default void begin(Run running) {
    begin(running, DatabaseIdentity.UNKNOWN);
  }

  /**
   * Notes that the run is on record in that database, in place of the one that it began for. Need
   * not survive a power cut. Does nothing for a run that is settled, and nothing unless
   * implemented.
   *
   * @throws JournalException if it cannot be noted
   */
  default void bind(RunId id, DatabaseIdentity database) {}

  /**
   * Returns the database that the run belongs to: the one that it was last bound to, else the one
   * that it began for; {@link DatabaseIdentity#UNKNOWN} if none was noted.
   *
   * @throws JournalException if that cannot be found out
   */
  default DatabaseIdentity database(RunId id) {
    return DatabaseIdentity.UNKNOWN;
  }

  /**
   * Returns if a run could begin now: writes something durably, and removes it. May be called often
   * and at any time; leaves no run behind. Does nothing unless implemented.
   *
   * @throws JournalException if nothing can be written
   */
  default void probe() {}

  /**
   * Writes the configuration of a training beside the note, as the HTTP contract describes it.
   *
   * @throws JournalException if it cannot be written
   */
  void configure(Run running, Dataset dataset);

  /**
   * Notes how the run ended, durably; noting the same ending again changes nothing.
   *
   * @throws JournalException if the note cannot be written; the run can still be settled
   */
  void end(Run ended);

  /**
   * The repository has the ended run: it needs no more attention. Its full output stays readable.
   *
   * @throws JournalException if that cannot be noted; the run will be looked at again
   */
  void settle(RunId id);

  /**
   * Returns the ids of the archived runs: those that were settled and are still kept. Oldest first
   * as far as their ids begin with the time; empty unless implemented.
   *
   * @throws JournalException if the archive cannot be listed
   */
  default List<RunId> archived() {
    return List.of();
  }

  /**
   * Returns an archived run; empty if it is not archived, or not any more.
   *
   * @throws JournalException if it cannot be read
   */
  default Optional<ArchivedRun> archived(RunId id) {
    return Optional.empty();
  }

  /**
   * Removes what is left of beginnings that were cut off before the run had begun, by a crash or a
   * full disk: nothing was started then, and nothing can be any more. What is beginning now is left
   * alone.
   *
   * @param giveBack is told the key of each such run that had one prepared, and the database that
   *     the key was wanted in, possibly more than once and by several callers at the same time;
   *     returns whether it need not be told again. While it returns false, or throws, the note
   *     stays
   * @throws JournalException if something of it cannot be removed; it will be tried again
   */
  default void discardUnbegun(BiPredicate<IdempotencyClaim, DatabaseIdentity> giveBack) {}

  /**
   * The runs that are not settled, oldest first as far as their ids begin with the time.
   *
   * @throws JournalException if that cannot be found out
   */
  List<RunId> unsettled();

  /**
   * How many runs have ended and are not settled: their ending waits for the repository, and nearly
   * always only for a moment.
   *
   * @param database only runs that can belong to this one are counted
   * @throws JournalException if that cannot be found out
   */
  default int waiting(DatabaseIdentity database) {
    return (int)
        unsettled().stream()
            .filter(id -> standing(id) instanceof RunStanding.Ended)
            .filter(id -> database(id).matches(database))
            .count();
  }

  /**
   * The names of what lies among the runs that are not settled and is none, in no order.
   *
   * @throws JournalException if that cannot be found out
   */
  List<String> foreign();

  /**
   * Claims a run, so that nobody else says how it ended.
   *
   * @return whether it is ours now; false if somebody has the claim, which may be another thread of
   *     this process, and if there is nothing to claim any more
   * @throws JournalException if that cannot be found out
   */
  boolean claim(RunId id);

  /** Gives a claim back; does nothing if this process does not have it. */
  void release(RunId id);

  /**
   * Looks at what there is of a run. Only with the claim is that more than a glance: then its
   * registry cannot be about to note an ending, and what has vanished stays so.
   *
   * @throws JournalException if that cannot be found out; nothing is known then
   */
  RunStanding standing(RunId id);

  /**
   * Ends a run that is over its time limit and has no registry any more: notes durably that this is
   * why, then ends all its processes. Returns when they are gone, or cannot be ended.
   *
   * @param running a run with a time limit, whose claim the caller has
   * @throws JournalException if that cannot be noted; nothing was ended
   */
  void timeOut(Run running);

  /** Ends what a run that has ended left behind; does nothing if that is nothing. */
  void sweep(Run running);

  /**
   * Puts something that is no run of ours aside, where nobody looks at it again; deletes nothing.
   *
   * @param name of a run, or of what is {@link #foreign}
   * @return where it is now, for people
   * @throws JournalException if it cannot be moved
   */
  String setAside(String name);
}
