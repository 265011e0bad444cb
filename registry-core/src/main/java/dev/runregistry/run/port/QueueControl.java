package dev.runregistry.run.port;

import dev.runregistry.run.RunId;
import dev.runregistry.run.queue.Allocation;
import java.util.List;
import java.util.Optional;

/**
 * The state of the queue of one host beside its runs: who dispatches, what is allocated, whether it
 * is paused. Durable, and safe for use by many threads and many processes at once.
 *
 * <p>Every method throws {@link JournalException} if it cannot read or write what it needs.
 */
public interface QueueControl {
  /**
   * Makes this process the only dispatcher of the home, until {@link #unlock} or its end.
   *
   * @return false if another process, or another thread of this one, is the dispatcher
   */
  boolean tryLock();

  /** Ends what {@link #tryLock} began; does nothing if this process is not the dispatcher. */
  void unlock();

  /** Returns whether any process is the dispatcher now. Never disturbs {@link #tryLock}. */
  boolean isLocked();

  /** Records an allocation, durably. */
  void hold(Allocation allocation);

  /** Deletes the allocation of that run, readable or not; does nothing if there is none. */
  void release(RunId run);

  /** Returns the runs that have an allocation, readable or not, in no order. */
  List<RunId> held();

  /**
   * Returns the allocation of a run; empty if there is none.
   *
   * @throws JournalException if it cannot be read; what the run holds is unknown then
   */
  Optional<Allocation> allocation(RunId run);

  /** Prevents starts until {@link #resume}, durably; running runs go on. */
  void pause();

  /** Permits starts again. */
  void resume();

  /** Returns whether starts are prevented. */
  boolean isPaused();
}
