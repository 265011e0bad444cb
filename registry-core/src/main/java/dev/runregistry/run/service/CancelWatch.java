package dev.runregistry.run.service;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.RunJournal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls requests to cancel the live runs of this process: in the journal every 250 ms, in the
 * database every 5 s, first after the first 5 s of a run, with one query for all. Each place has a
 * daemon thread of its own, so that a database that is away delays nothing; they exist while runs
 * live. Safe for use by many threads.
 */
final class CancelWatch {
  private static final Duration JOURNAL_INTERVAL = Duration.ofMillis(250);
  private static final Duration DATABASE_INTERVAL = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(CancelWatch.class);

  private final RunJournal journal;
  private final @Nullable CancelRequests requests;
  private final Map<RunId, Cancellation> live = new ConcurrentHashMap<>();
  private final Poller inJournal = new Poller("cancel requests", JOURNAL_INTERVAL, this::journal);
  private final Poller inDatabase =
      new Poller("cancel requests in the database", DATABASE_INTERVAL, this::database);

  /**
   * Creates a watch of no runs.
   *
   * @param requests null if requests in the database are not looked for
   */
  CancelWatch(RunJournal journal, @Nullable CancelRequests requests) {
    this.journal = journal;
    this.requests = requests;
  }

  /** Passes requests to this run from now on. */
  void add(Cancellation run) {
    live.put(run.id(), run);
    inJournal.start();
    if (requests != null) {
      inDatabase.start();
    }
  }

  /** Ends what {@link #add} began. */
  void remove(Cancellation run) {
    live.remove(run.id());
    if (live.isEmpty()) {
      inJournal.stop();
      inDatabase.stop();
    }
  }

  /** Cancels a run at once; does nothing if it does not live in this process. */
  void request(RunId id, CancelRequest request) {
    Optional.ofNullable(live.get(id)).ifPresent(run -> run.request(request));
  }

  private void journal() {
    live.values().forEach(this::look);
  }

  /** Passes a request on that the journal has by now. */
  void look(Cancellation run) {
    if (run.request().isEmpty()) {
      try {
        journal.cancelRequest(run.id()).ifPresent(run::request);
      } catch (RuntimeException e) { // looked for again
        log.debug("run {}: a cancel request cannot be read", run.id(), e);
      }
    }
  }

  private void database() {
    List<RunId> ids =
        live.values().stream()
            .filter(run -> run.request().isEmpty())
            .map(Cancellation::id)
            .toList();
    if (requests == null || ids.isEmpty()) {
      return;
    }
    try {
      requests.find(ids).forEach(this::requestedElsewhere);
    } catch (RuntimeException | LinkageError e) { // looked for again
      log.debug("cancel requests in the database cannot be read", e);
    }
  }

  private void requestedElsewhere(RunId id, CancelRequest request) {
    try {
      journal.requestCancel(id, request); // so that it outlives this process
    } catch (RuntimeException e) {
      log.warn("run {}: its cancel request could not be journaled", id, e);
    }
    request(id, request);
  }

  /** Calls a task at an interval on a thread of its own, while there are runs. */
  private final class Poller {
    private final String name;
    private final Duration interval;
    private final Runnable task;
    private boolean running; // guarded by this

    Poller(String name, Duration interval, Runnable task) {
      this.name = name;
      this.interval = interval;
      this.task = task;
    }

    synchronized void start() {
      if (running) {
        return;
      }
      Thread thread = new Thread(this::poll, name);
      thread.setDaemon(true);
      try {
        thread.start();
        running = true;
      } catch (OutOfMemoryError e) { // no thread is available: the next run tries again
        log.warn("no thread looks for {}", name, e);
      }
    }

    synchronized void stop() {
      notifyAll();
    }

    private void poll() {
      while (isWanted()) {
        task.run();
      }
    }

    /** Blocks for the interval; false once no run lives. */
    private synchronized boolean isWanted() {
      long end = System.nanoTime() + interval.toNanos();
      try {
        for (long left = interval.toMillis();
            left > 0 && !live.isEmpty();
            left = Duration.ofNanos(end - System.nanoTime()).toMillis()) {
          wait(left);
        }
      } catch (InterruptedException e) {
        log.debug("interrupted, which nothing does", e);
      }
      running = !live.isEmpty(); // with the lock that start() takes, so that no run is missed
      return running;
    }
  }
}
