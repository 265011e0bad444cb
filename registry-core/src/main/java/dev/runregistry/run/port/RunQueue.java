package dev.runregistry.run.port;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;

/**
 * The waiting runs of this host, in the home of the {@link RunJournal}: a run moves from the queue
 * to the active runs of the journal in one atomic step, so that it is always in exactly one of
 * them. Safe for use by many threads and many processes at once.
 *
 * <p>A waiting run is locked like an active one, and stays locked when it moves; {@link
 * RunJournal#unlock} releases the lock. A locked run is being submitted, started or ended: only the
 * lock holder may decide about it.
 *
 * <p>Only a file that does not exist means that something did not happen; on any other failure a
 * method throws {@link JournalException}.
 */
public interface RunQueue {
  /**
   * Adds the run, durably, and locks it. {@link #read} and {@link #tryLock} return it as it was
   * added, with its invocation, options and database.
   *
   * @param max the maximum number of waiting runs; may be exceeded by a few while several processes
   *     add runs at once
   * @throws QueueFullException if {@code max} runs wait; nothing was added
   * @throws JournalException if it cannot be written, or waits already; nothing was added
   */
  void enqueue(QueuedRun queued, int max);

  /**
   * Removes a run that is locked here, is on record nowhere and was not accepted, and unlocks it.
   *
   * @throws JournalException if it cannot be removed yet; it stays locked while this process lives
   */
  void withdraw(RunId id);

  /**
   * Records that the run is in that database. Need not survive a power cut. Does nothing for a run
   * that waits no more.
   *
   * @throws JournalException if that cannot be written
   */
  void bind(RunId id, DatabaseIdentity database);

  /**
   * Returns the number of waiting runs.
   *
   * @throws JournalException if they cannot be listed
   */
  int depth();

  /**
   * Returns the waiting runs in the order of their starts, which is descending priority, then
   * ascending creation time, as known a moment ago: a run may have been started or cancelled
   * meanwhile. Cheap to call often, whatever the number of runs. The set is read-only, and may
   * change while it is iterated.
   *
   * @throws JournalException if they cannot be listed
   */
  SortedSet<WaitingRun> waiting();

  /**
   * Returns the waiting runs as {@link #waiting} does, and at least all that were enqueued before
   * this call by any process and still wait.
   *
   * @throws JournalException if they cannot be listed
   */
  SortedSet<WaitingRun> waitingNow();

  /**
   * Returns a waiting run; empty if it does not wait.
   *
   * @throws JournalException if it cannot be read
   */
  Optional<QueuedRun> read(RunId id);

  /**
   * Returns the waiting runs whose files were read and are damaged, so that they can never start,
   * with their databases as far as these are known. A file that cannot be read now, or is of a
   * version that is unknown here, is not damaged.
   *
   * @throws JournalException if they cannot be listed
   */
  Map<RunId, DatabaseIdentity> damaged();

  /**
   * Moves a damaged run out of the queue, without deleting anything.
   *
   * @return the new location
   * @throws JournalException if that fails; it still waits
   */
  String quarantine(RunId id);

  /**
   * Locks a waiting run and returns it; empty if it does not wait, or is locked. Of a start and a
   * cancellation that try at once, one gets the run.
   *
   * @throws JournalException if it cannot be locked or read; it is not locked
   */
  Optional<QueuedRun> tryLock(RunId id);

  /**
   * Moves a waiting run that is locked here to the active runs, durably, in one step.
   *
   * @param running the run as started
   * @throws JournalException if that fails; the run still waits, and is locked
   */
  void begin(Run running, DatabaseIdentity database);

  /**
   * Moves a waiting run that is locked here to the active runs, durably, in one step, because it is
   * about to be handed to an engine with a queue of its own.
   *
   * @param pending the run, with its provenance
   * @param executor the name of its executor
   * @throws JournalException if that fails; the run still waits, and is locked
   */
  void submit(Run pending, String executor, DatabaseIdentity database);

  /**
   * Ends a waiting run that is locked here, durably, and moves it to the active runs, which it
   * leaves when it is archived.
   *
   * @param ended the run in its final status
   * @throws JournalException if that fails; the run still waits, and is locked
   */
  void end(Run ended, DatabaseIdentity database);

  /**
   * Moves an active run back that {@link #begin} has moved. The caller holds its lock and has
   * proved that nothing of it was started and nothing can start.
   *
   * @return false if it never waited in the queue; then nothing has changed
   * @throws JournalException if that fails; the run is still active
   */
  boolean putBack(RunId id);
}
