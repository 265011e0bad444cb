package dev.runregistry.run.service;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The waiting runs of executors that have a queue of their own: each is handed to its engine at
 * once, whatever slots are free, and finished when it has ended. A few threads do that for all of
 * them, none waits for a single run. Safe for use by many threads.
 */
final class EngineRuns {
  private static final Logger log = LoggerFactory.getLogger(EngineRuns.class);
  private static final int WORKERS = 2;

  private final RunQueue queue;
  private final QueuedRuns queued;
  private final RunLifecycle lifecycle;
  private final Consumer<Run> listener;
  private final RunDispatcher.ThreadStarter threads;
  private final Set<RunId> inFlight = new HashSet<>(); // guarded by this
  private final Deque<Runnable> tasks = new ArrayDeque<>(); // guarded by this
  private int workers; // guarded by this

  /**
   * Creates it.
   *
   * @param listener called with each run that its engine starts, and again with the ended run
   */
  EngineRuns(
      RunQueue queue,
      QueuedRuns queued,
      RunLifecycle lifecycle,
      Consumer<Run> listener,
      RunDispatcher.ThreadStarter threads) {
    this.queue = queue;
    this.queued = queued;
    this.lifecycle = lifecycle;
    this.listener = listener;
    this.threads = threads;
  }

  /** Returns whether the run is one for an engine. */
  boolean isForEngine(WaitingRun waiting) {
    return executor(waiting).filter(RunExecutor::hasQueue).isPresent();
  }

  private Optional<RunExecutor> executor(WaitingRun waiting) {
    return Optional.ofNullable(waiting.options().executor()).flatMap(lifecycle::executor);
  }

  /** Returns whether no run is in flight and nothing is to be done. */
  synchronized boolean isIdle() {
    return inFlight.isEmpty() && workers == 0;
  }

  /** Hands a waiting run to its engine, unless it is being handed over; returns at once. */
  void submit(WaitingRun waiting) {
    synchronized (this) {
      if (!inFlight.add(waiting.id())) {
        return;
      }
    }
    executor(waiting).ifPresent(executor -> later(() -> handOver(waiting.id(), executor), false));
  }

  private void handOver(RunId id, RunExecutor executor) {
    boolean isHandedOver = false;
    Optional<QueuedRun> locked = Optional.empty();
    try {
      locked = queue.tryLock(id);
      if (locked.isPresent() && queued.mayStart(locked.get())) {
        BegunRun begun = queued.submit(locked.get(), executor, this::save, this::notify);
        isHandedOver = true;
        lifecycle.executeAsync(
            begun,
            locked.get().invocation(),
            locked.get().datasetUsed(),
            task -> later(task, true),
            ended -> finished(id, ended));
      }
    } catch (RepositoryException e) { // it is unknown whether its key is on record
      log.debug("run {} waits for the database", id, e);
    } finally {
      if (!isHandedOver) {
        if (locked.isPresent()) {
          lifecycle.release(id);
        }
        synchronized (this) {
          inFlight.remove(id);
        }
      }
    }
  }

  private void save(Runnable recording) {
    later(recording, true);
  }

  private void finished(RunId id, Optional<Run> ended) {
    try {
      ended.ifPresent(this::notify);
    } finally {
      lifecycle.release(id);
      synchronized (this) {
        inFlight.remove(id);
      }
    }
  }

  private void notify(Run run) {
    try {
      listener.accept(run);
    } catch (RuntimeException e) { // the run goes on
      log.error("run {}: listener failed", run.id(), e);
    }
  }

  /**
   * Does it on one of the threads.
   *
   * @param isFirst whether it comes before what waits to be handed over, which may take seconds
   */
  private void later(Runnable task, boolean isFirst) {
    boolean needsWorker;
    synchronized (this) {
      if (isFirst) {
        tasks.addFirst(task);
      } else {
        tasks.addLast(task);
      }
      needsWorker = workers < WORKERS;
      if (needsWorker) {
        workers++;
      }
    }
    if (needsWorker) {
      startWorker();
    }
  }

  private void startWorker() {
    try {
      threads.start("engine runs", this::work);
    } catch (OutOfMemoryError e) { // no thread is available: the next task tries again
      log.warn("runs of engines wait for a thread", e);
      synchronized (this) {
        workers--;
      }
    }
  }

  private void work() {
    for (Optional<Runnable> task = next(); task.isPresent(); task = next()) {
      try {
        task.get().run();
      } catch (RuntimeException | Error e) { // a full disk, a defect: recovered once it can be
        log.warn("a run of an engine waits: {}", DatabaseAccess.reason(e));
        log.debug("a run of an engine waits", e);
      }
    }
  }

  private synchronized Optional<Runnable> next() {
    Optional<Runnable> task = Optional.ofNullable(tasks.pollFirst());
    if (task.isEmpty()) {
      workers--;
    }
    return task;
  }
}
