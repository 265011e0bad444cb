package dev.runregistry.run.service;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.QueueControl;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.queue.Allocation;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts the waiting runs of one home in their order, as slots and GPUs become free. Strict: a run
 * that waits for GPUs holds up the runs after it. At most one process dispatches the runs of a home
 * at a time; a dispatcher that is not the first waits until it is the only one.
 *
 * <p>Runs are executed on one thread each. A dispatcher that stops starts nothing more; its runs go
 * on, and are recorded by this process if it lives until they end, else by recovery. The executor
 * must give each run a session of its own, so that runs outlive this process. Needs {@link
 * RunRegistry#reconcile} to be called regularly beside it: the slot of a run whose dispatcher died
 * is free once its ending is journaled.
 *
 * <p>Safe for use by many threads.
 */
public final class RunDispatcher implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RunDispatcher.class);
  private static final Duration POLL = Duration.ofMillis(20);
  private static final Duration RELEASE_INTERVAL = Duration.ofSeconds(1);
  private static final Duration SUBMIT_INTERVAL = Duration.ofMillis(100);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);
  private static final Duration AFTER_OUTAGE = Duration.ofSeconds(5);
  static final String CUDA = "CUDA_VISIBLE_DEVICES";
  private static final String HIP = "HIP_VISIBLE_DEVICES";

  private final RunQueue queue;
  private final QueueControl control;
  private final QueuedRuns queued;
  private final RunLifecycle lifecycle;
  private final RunRepository repository;
  private final QueueLimits limits;
  private final SlotTable slots;
  private final EngineRuns engines;
  private final Consumer<Run> listener;
  private final ThreadStarter threads;
  private long submittedAt =
      System.nanoTime() - SUBMIT_INTERVAL.toNanos(); // used by the dispatching thread only
  private final Set<RunId> unreadable = new HashSet<>(); // used by the dispatching thread only
  private long releasedAt = System.nanoTime(); // used by the dispatching thread only
  private long keysUnknownUntil = System.nanoTime(); // used by the dispatching thread only
  private boolean stopped; // guarded by this
  private boolean runEnded; // since the last look at the queue; guarded by this

  RunDispatcher(
      RunQueue queue,
      QueueControl control,
      QueuedRuns queued,
      RunLifecycle lifecycle,
      RunRepository repository,
      QueueLimits limits,
      SlotTable slots,
      Consumer<Run> listener,
      ThreadStarter threads) {
    this.queue = queue;
    this.control = control;
    this.queued = queued;
    this.lifecycle = lifecycle;
    this.repository = repository;
    this.limits = limits;
    this.slots = slots;
    engines = new EngineRuns(queue, queued, lifecycle, listener, threads);
    this.listener = listener;
    this.threads = threads;
  }

  /** Starts threads. */
  interface ThreadStarter {
    /** Runs each task on a daemon thread of its own. */
    ThreadStarter DAEMON =
        (name, task) -> {
          Thread thread = new Thread(task, name);
          thread.setDaemon(true);
          thread.start();
        };

    /**
     * Runs the task on a thread of that name.
     *
     * @throws OutOfMemoryError if no thread is available; the task is not run
     */
    void start(String name, Runnable task);
  }

  /** Dispatches on a thread of its own until {@link #close}. Call once. */
  public void start() {
    threads.start("dispatch", this::dispatchUntilStopped);
  }

  private void dispatchUntilStopped() {
    while (!isStopped()) {
      if (tryLock()) {
        try {
          dispatch(false);
        } finally {
          control.unlock();
        }
      } else {
        pause(AFTER_FAILURE);
      }
    }
  }

  /**
   * Dispatches on this thread until no run waits that it can start and all that it started have
   * ended. Returns at once if another process is the dispatcher, which then starts what waits now.
   */
  public void dispatchUntilEmpty() {
    while (!isStopped() && tryLock()) {
      try {
        dispatch(true);
      } finally {
        control.unlock();
      }
      if (queue.waitingNow().stream().noneMatch(this::isOurs)) {
        return; // later submissions find the lock free
      }
    }
  }

  /**
   * Frees the slots that are free by now, starts the runs that can start, and returns. Does nothing
   * if another process is the dispatcher.
   */
  void dispatchOnce() {
    if (tryLock()) {
      try {
        slots.load();
        slots.releaseEnded();
        submitToEngines();
        startWaiting();
      } finally {
        control.unlock();
      }
    }
  }

  private boolean tryLock() {
    try {
      return control.tryLock();
    } catch (JournalException e) {
      log.warn("the queue cannot be dispatched yet: {}", e.getMessage());
      return false;
    }
  }

  private void dispatch(boolean untilEmpty) {
    boolean isLoaded = false;
    while (!isStopped()) {
      Duration pause = POLL;
      try {
        if (!isLoaded) {
          slots.load();
          isLoaded = true;
        }
        if (untilEmpty && slots.isEmpty() && engines.isIdle() && !hasWork()) {
          return;
        }
        releaseEnded();
        submitToEngines();
        startWaiting();
      } catch (RuntimeException | Error e) { // a full disk, a defect: the queue is kept
        log.warn("waiting runs cannot be started yet: {}", DatabaseAccess.reason(e));
        log.debug("waiting runs cannot be started", e);
        pause = AFTER_FAILURE;
      }
      pause(pause);
    }
  }

  private boolean hasWork() {
    return queue.waiting().stream().anyMatch(this::isOurs);
  }

  private void releaseEnded() {
    if (System.nanoTime() - releasedAt >= RELEASE_INTERVAL.toNanos()) {
      slots.releaseEnded();
      releasedAt = System.nanoTime();
    }
  }

  /**
   * Neither slots nor a pause of the queue hold back the runs of engines, which queue themselves.
   */
  private void submitToEngines() {
    if (System.nanoTime() - submittedAt < SUBMIT_INTERVAL.toNanos()) {
      return;
    }
    submittedAt = System.nanoTime();
    for (WaitingRun next : queue.waiting()) {
      if (engines.isForEngine(next) && isOurs(next)) { // the first is cheap, for thousands of runs
        engines.submit(next);
      }
    }
  }

  private void startWaiting() {
    if (!slots.hasFree() || control.isPaused()) {
      return;
    }
    for (WaitingRun next : queue.waiting()) {
      boolean isOurs = isOurs(next) && !engines.isForEngine(next);
      if (isStopped() || (isOurs && !startIfFree(next))) {
        return;
      }
    }
  }

  private boolean isOurs(WaitingRun waiting) {
    return waiting.database().matches(repository.identity());
  }

  /** Returns false if it has to wait, and with it all runs after it. */
  private boolean startIfFree(WaitingRun next) {
    int gpus = Math.min(next.options().gpus(), limits.gpus().size()); // more are refused
    if (!slots.hasFree(gpus)) {
      return false;
    }
    Optional<QueuedRun> locked = lockIfReadable(next.id());
    if (locked.isEmpty()) { // started or cancelled meanwhile, or being submitted
      return true;
    }
    boolean isExecuting = false;
    try {
      if (!mayStart(locked.get())) {
        return true;
      }
      Optional<Allocation> allocation = slots.allocate(next.id(), next.options().gpus());
      if (allocation.isEmpty()) {
        return false;
      }
      isExecuting = isStarted(locked.get(), allocation.get());
      return true;
    } finally {
      if (!isExecuting) {
        lifecycle.release(next.id());
      }
    }
  }

  /** Returns empty if the run is locked elsewhere, waits no more, or cannot be read now. */
  private Optional<QueuedRun> lockIfReadable(RunId id) {
    try {
      Optional<QueuedRun> locked = queue.tryLock(id);
      unreadable.remove(id);
      return locked;
    } catch (JournalException e) {
      if (unreadable.add(id)) {
        log.warn("{}; it is passed over until it can be read", e.getMessage());
      }
      return Optional.empty();
    }
  }

  private boolean mayStart(QueuedRun run) {
    int wanted = run.options().gpus();
    if (wanted > limits.gpus().size()) {
      queued.refuse(
          run,
          "It needs %d GPUs, and the queue has %d; set queue.gpus"
              .formatted(wanted, limits.gpus().size()));
      return false;
    }
    if (run.hasKey() && !run.isRecorded() && System.nanoTime() - keysUnknownUntil < 0) {
      return false;
    }
    try {
      return queued.mayStart(run);
    } catch (RepositoryException e) { // it is unknown whether its key is on record
      log.debug("run {} waits for the database", run.run().id(), e);
      keysUnknownUntil = System.nanoTime() + AFTER_OUTAGE.toNanos();
      return false;
    }
  }

  private boolean isStarted(QueuedRun run, Allocation allocation) {
    RunId id = run.run().id();
    boolean isStarted = false;
    try {
      Map<String, String> devices = devices(allocation);
      Invocation invocation = run.invocation().withVariables(devices);
      Run running = queued.begin(run, invocation, recorded(devices));
      isStarted = isOnThread(running, () -> execute(running, invocation, run.datasetUsed()));
      return isStarted;
    } finally {
      if (!isStarted) {
        slots.ended(id);
      }
    }
  }

  private Map<String, String> devices(Allocation allocation) {
    if (!limits.managesGpus()) {
      return Map.of();
    }
    String visible = String.join(",", allocation.gpus());
    return Map.of(CUDA, visible, HIP, visible);
  }

  private static Map<String, String> recorded(Map<String, String> devices) {
    Map<String, String> recorded = new HashMap<>(devices);
    recorded.remove(HIP);
    return recorded;
  }

  /** Without a thread the run goes back to the queue. */
  private boolean isOnThread(Run running, Runnable execution) {
    try {
      threads.start("run " + running.id(), execution);
      return true;
    } catch (OutOfMemoryError e) { // no thread is available
      log.warn("run {} waits for a thread", running.id(), e);
      queued.putBack(running.id());
      return false;
    }
  }

  private void execute(Run running, Invocation invocation, boolean datasetUsed) {
    try {
      notify(running);
      notify(lifecycle.executeQueued(running, invocation, datasetUsed));
    } catch (RuntimeException | Error e) { // recovered once it can be
      log.error("run {}: its end cannot be recorded yet", running.id(), e);
    } finally {
      lifecycle.release(running.id());
      slots.ended(running.id());
      synchronized (this) {
        runEnded = true;
        notifyAll();
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

  private synchronized boolean isStopped() {
    return stopped;
  }

  private synchronized void pause(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    try {
      while (!stopped && !runEnded && end - System.nanoTime() > 0) {
        TimeUnit.NANOSECONDS.timedWait(this, end - System.nanoTime());
      }
    } catch (InterruptedException e) {
      stopped = true;
      Thread.currentThread().interrupt();
    }
    runEnded = false;
  }

  /** Starts no more runs; those that run go on. */
  @Override
  public synchronized void close() {
    stopped = true;
    notifyAll();
  }
}
