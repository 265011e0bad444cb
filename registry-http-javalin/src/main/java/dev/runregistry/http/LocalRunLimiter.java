package dev.runregistry.http;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.run.RunId;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.eclipse.jetty.util.VirtualThreads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Limits the number of concurrent local runs. Each has a thread of its own, a virtual one where the
 * JVM supports them. No server thread blocks on them, and they are never interrupted: a run
 * outlives the client that requested it, and a stopped server leaves it to the journal.
 */
final class LocalRunLimiter {
  private static final Logger log = LoggerFactory.getLogger(LocalRunLimiter.class);

  private final int max;
  private final Semaphore free;
  private final Executor threads;
  private final Map<RunId, CompletableFuture<?>> active = new ConcurrentHashMap<>();
  private volatile boolean stopping;

  /**
   * Creates a limiter.
   *
   * @param threads executes the runs; null for threads of its own
   */
  LocalRunLimiter(int max, @Nullable Executor threads) {
    this.max = max;
    free = new Semaphore(max);
    this.threads = threads == null ? threads() : threads;
  }

  private static Executor threads() {
    Executor virtual = VirtualThreads.getNamedVirtualThreadsExecutor("local-run-");
    return virtual != null ? virtual : Executors.newCachedThreadPool(LocalRunLimiter::daemon);
  }

  private static Thread daemon(Runnable task) { // the run does not depend on this process
    Thread thread = new Thread(task, "local-run");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Starts the run; returns empty if the limit is reached.
   *
   * @throws HttpProblem 503 if the server is stopping; nothing was started
   * @throws RejectedExecutionException if no thread can be started for it; it is not counted then
   */
  <T> Optional<CompletableFuture<T>> start(RunId id, Supplier<T> run) {
    if (!free.tryAcquire()) {
      return Optional.empty();
    }
    CompletableFuture<T> result = new CompletableFuture<>();
    active.put(id, result);
    try {
      requireRunning(); // stop waits for the runs registered here, so none may start afterwards
      threads.execute(() -> execute(id, run, result));
    } catch (HttpProblem e) {
      end(id);
      throw e;
    } catch (RuntimeException | OutOfMemoryError e) { // "unable to create native thread"
      end(id);
      throw new RejectedExecutionException("no thread can be started for a local run", e);
    }
    return Optional.of(result);
  }

  private <T> void execute(RunId id, Supplier<T> run, CompletableFuture<T> result) {
    T value;
    try {
      value = run.get();
    } catch (RuntimeException | Error e) { // for the waiting request
      end(id);
      result.completeExceptionally(e);
      return;
    }
    end(id);
    result.complete(value);
  }

  private void end(RunId id) {
    active.remove(id);
    free.release();
  }

  /**
   * Starts no more runs, and blocks until those that are running have ended or the time is over;
   * then each request that still waits for its run is answered with 503 and the id of the run.
   */
  void stop(Duration timeout) {
    stopping = true;
    CompletableFuture<?>[] waiting = active.values().toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(waiting).get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      active.forEach((id, result) -> result.completeExceptionally(continues(id)));
    } catch (ExecutionException e) { // reported in the response of its request
      log.debug("a run failed while the server was stopping", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      active.forEach((id, result) -> result.completeExceptionally(continues(id)));
    }
  }

  private static HttpProblem continues(RunId id) {
    return HttpProblem.of(
        503, "The server is stopping; run " + id + " continues and will be recorded");
  }

  /**
   * Does nothing while runs can be started.
   *
   * @throws HttpProblem 503 if the server is stopping
   */
  void requireRunning() {
    if (stopping) {
      throw HttpProblem.of(503, "The server is stopping; nothing was started")
          .withHeader("Retry-After", "5");
    }
  }

  int running() {
    return max - free.availablePermits();
  }
}
