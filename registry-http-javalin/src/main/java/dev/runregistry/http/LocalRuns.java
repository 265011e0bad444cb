package dev.runregistry.http;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.eclipse.jetty.util.VirtualThreads;

/**
 * The local runs that go on at the moment, each on a thread of its own: a virtual one where the JVM
 * has them. No thread of the server waits for them, and nothing interrupts them: a run outlives the
 * client that asked for it, and a server that is stopped leaves it to the journal.
 */
final class LocalRuns {
  private final int max;
  private final Semaphore free;
  private final Executor threads;

  LocalRuns(int max) {
    this(max, threads());
  }

  LocalRuns(int max, Executor threads) {
    this.max = max;
    free = new Semaphore(max);
    this.threads = threads;
  }

  private static Executor threads() {
    Executor virtual = VirtualThreads.getNamedVirtualThreadsExecutor("local-run-");
    return virtual != null ? virtual : Executors.newCachedThreadPool(LocalRuns::daemon);
  }

  private static Thread daemon(Runnable task) { // the run itself does not need this process
    Thread thread = new Thread(task, "local-run");
    thread.setDaemon(true);
    return thread;
  }

  /**
   * Starts it; empty if there are too many.
   *
   * @throws RejectedExecutionException if no thread can be started for it; it does not count then
   */
  <T> Optional<CompletableFuture<T>> start(Supplier<T> run) {
    if (!free.tryAcquire()) {
      return Optional.empty();
    }
    try {
      return Optional.of(CompletableFuture.supplyAsync(() -> freeing(run), threads));
    } catch (RuntimeException | OutOfMemoryError e) { // "unable to create native thread"
      free.release();
      throw new RejectedExecutionException("no thread can be started for a local run", e);
    }
  }

  private <T> T freeing(Supplier<T> run) {
    try {
      return run.get();
    } finally {
      free.release();
    }
  }

  int running() {
    return max - free.availablePermits();
  }
}
