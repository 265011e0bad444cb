package dev.runregistry.persistence.jooq;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Batches concurrent saves into one transaction: the first thread saves at once, later ones wait,
 * and the one that has waited longest saves for all. A lone write is never delayed to form a batch.
 * A chain has one end, so transactions that append to it are serial; if each of them waited for the
 * disk alone, they would be as slow as the disk.
 *
 * <p>A thread whose run another one has saved continues at once, whatever the others do: if they
 * took turns to see that, the next transaction would begin only after as many context switches as
 * there were runs in this one.
 */
final class GroupCommit {
  /** Enough for any server, and with the largest output still less than a megabyte. */
  private static final int MAX_BATCH_SIZE = 32;

  private final Function<List<Run>, Set<RunId>> save;
  private final Predicate<RepositoryException> isPerRunFailure;
  private final Queue<Request> waiting = new ArrayDeque<>(); // guarded by itself
  private final int transactions;
  private int saving; // threads that save, or are about to; guarded by waiting

  /**
   * Creates a group commit.
   *
   * @param transactions the maximum number at a time: 1 for those that append to a chain
   * @param save saves runs with different ids, all or none, and returns the ids of those that were
   *     not on record before
   * @param isPerRunFailure whether other runs could be saved in spite of this failure
   */
  GroupCommit(
      int transactions,
      Function<List<Run>, Set<RunId>> save,
      Predicate<RepositoryException> isPerRunFailure) {
    this.transactions = transactions;
    this.save = save;
    this.isPerRunFailure = isPerRunFailure;
  }

  /** The request of one thread, and its result. Guarded by itself, except for the run. */
  private static final class Request {
    private final Run run;
    private boolean isNext;
    private boolean done;
    private boolean stored;
    private @Nullable RuntimeException failure;

    Request(Run run) {
      this.run = run;
    }

    synchronized void succeed(boolean newlyStored) {
      done = true;
      stored = newlyStored;
      notifyAll();
    }

    synchronized void fail(RuntimeException e) {
      done = true;
      failure = e;
      notifyAll();
    }

    synchronized void setNext() {
      isNext = true;
      notifyAll();
    }

    /**
     * Blocks until the run is saved, or its thread has to save the next group; returns whether it
     * was interrupted meanwhile.
     */
    synchronized boolean await() {
      boolean interrupted = false;
      while (!done && !isNext) {
        try {
          wait();
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
      return interrupted;
    }

    synchronized boolean isDone() {
      return done;
    }

    synchronized boolean result() {
      if (failure != null) {
        throw failure;
      }
      return stored;
    }
  }

  /**
   * Saves the run; returns whether it was not on record before.
   *
   * @throws RepositoryException as saving does
   */
  boolean save(Run run) {
    Request mine = new Request(run);
    add(mine);
    boolean interrupted = mine.await();
    try {
      if (!mine.isDone()) {
        interrupted |= saveGroupOf(mine);
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    return mine.result();
  }

  private void add(Request request) {
    synchronized (waiting) {
      if (saving == transactions) {
        waiting.add(request);
      } else {
        saving++;
        request.setNext();
      }
    }
  }

  /** Saves the run of this thread and those that wait; returns whether it was interrupted. */
  private boolean saveGroupOf(Request mine) {
    try {
      return saveUninterrupted(groupOf(mine));
    } finally {
      synchronized (waiting) {
        Request following = waiting.poll();
        if (following == null) {
          saving--;
        } else {
          following.setNext();
        }
      }
    }
  }

  /** Returns the request and those that wait longest, each run once. */
  private List<Request> groupOf(Request mine) {
    Map<RunId, Request> group = new LinkedHashMap<>();
    group.put(mine.run.id(), mine);
    synchronized (waiting) {
      Request first = waiting.peek();
      while (first != null && group.size() < MAX_BATCH_SIZE && !group.containsKey(first.run.id())) {
        group.put(first.run.id(), waiting.remove());
        first = waiting.peek();
      }
    }
    return List.copyOf(group.values());
  }

  /**
   * Saves the group; returns whether this thread was interrupted before or during it. The interrupt
   * does not concern the other requests, and no connection can be opened while it is set.
   */
  private boolean saveUninterrupted(List<Request> group) {
    boolean interrupted = Thread.interrupted();
    boolean again = true;
    while (again) {
      again = commit(group);
      interrupted |= again;
    }
    return Thread.interrupted() || interrupted;
  }

  /** Returns whether an interrupt came in between, so that it must be repeated. */
  private boolean commit(List<Request> group) {
    try {
      Set<RunId> stored = save.apply(group.stream().map(request -> request.run).toList());
      group.forEach(request -> request.succeed(stored.contains(request.run.id())));
    } catch (RepositoryException e) {
      if (Thread.interrupted()) { // saving is safe to repeat
        return true;
      }
      boolean ofOne = isPerRunFailure.test(e);
      if (ofOne && group.size() > 1) {
        return saveOneByOne(group);
      } else {
        group.forEach(request -> request.fail(e));
      }
      if (!ofOne) { // the database is unavailable: all other requests have waited as long
        takeAll().forEach(request -> request.fail(e));
      }
    } catch (RuntimeException e) { // a defect, which is reported to each request
      group.forEach(request -> request.fail(e));
    } catch (Error e) {
      group.forEach(request -> request.fail(new IllegalStateException("saving broke", e)));
      throw e;
    }
    return false;
  }

  private boolean saveOneByOne(List<Request> group) {
    boolean interrupted = false;
    for (Request request : group) {
      interrupted |= saveUninterrupted(List.of(request));
    }
    if (interrupted) {
      Thread.currentThread().interrupt(); // for the caller
    }
    return false;
  }

  /** Returns the number of waiting requests. */
  int waiting() {
    synchronized (waiting) {
      return waiting.size();
    }
  }

  private List<Request> takeAll() {
    synchronized (waiting) {
      List<Request> all = List.copyOf(waiting);
      waiting.clear();
      return all;
    }
  }
}
