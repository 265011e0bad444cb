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
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Batches concurrent saves into one transaction: the first thread saves at once, later ones wait,
 * and one of them saves for all. A lone write is never delayed to form a batch. A chain has one
 * end, so transactions that append to it are serial; if each of them waited for the disk alone,
 * they would be as slow as the disk.
 */
final class GroupCommit {
  /** Enough for any server, and with the largest output still less than a megabyte. */
  private static final int MAX_BATCH_SIZE = 32;

  private final Function<List<Run>, Set<RunId>> saving;
  private final Predicate<RepositoryException> isPerRunFailure;
  private final ReentrantLock turn = new ReentrantLock(true);
  private final Queue<Request> waiting = new ArrayDeque<>();

  /**
   * Creates a group commit.
   *
   * @param saving saves runs with different ids, all or none, and returns the ids of those that
   *     were not on record before
   * @param isPerRunFailure whether other runs could be saved in spite of this failure
   */
  GroupCommit(
      Function<List<Run>, Set<RunId>> saving, Predicate<RepositoryException> isPerRunFailure) {
    this.saving = saving;
    this.isPerRunFailure = isPerRunFailure;
  }

  /** The request of one thread, and its result. Guarded by the turn, except for the run. */
  private static final class Request {
    private final Run run;
    private boolean done;
    private boolean stored;
    private @Nullable RuntimeException failure;

    Request(Run run) {
      this.run = run;
    }

    void succeed(boolean newlyStored) {
      done = true;
      stored = newlyStored;
    }

    void fail(RuntimeException e) {
      done = true;
      failure = e;
    }
  }

  /**
   * Saves the run; returns whether it was not on record before.
   *
   * @throws RepositoryException as saving does
   */
  boolean save(Run run) {
    Request mine = new Request(run);
    synchronized (waiting) {
      waiting.add(mine);
    }
    boolean interrupted = false;
    turn.lock();
    try {
      while (!mine.done) {
        interrupted |= saveUninterrupted(next());
      }
    } finally {
      turn.unlock();
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    if (mine.failure != null) {
      throw mine.failure;
    }
    return mine.stored;
  }

  /** Returns the requests that wait longest, each run once. */
  private List<Request> next() {
    Map<RunId, Request> group = new LinkedHashMap<>();
    synchronized (waiting) {
      Request first = waiting.peek();
      while (first != null && group.size() < MAX_BATCH_SIZE && !group.containsKey(first.run.id())) {
        group.put(first.run.id(), first);
        waiting.remove();
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
      Set<RunId> stored = saving.apply(group.stream().map(request -> request.run).toList());
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
