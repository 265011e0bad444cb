package dev.runregistry.cli.serve;

import dev.runregistry.run.service.ReconcileBackoff;
import dev.runregistry.run.service.Reconciliation;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Reconciles at once and every few seconds, in a thread of its own that the process does not wait
 * for at its end.
 */
public final class PeriodicReconcile implements AutoCloseable {
  private static final Duration SHORTEST = Duration.ofSeconds(3);
  private static final Duration LONGEST = Duration.ofMinutes(1);

  /** A look at the journal may wait for the database; what it leaves, the next start does. */
  private static final Duration AT_THE_END = Duration.ofSeconds(3);

  private final Semaphore wakeups;
  private final ReconcileBackoff reconciler;
  private final Thread thread = new Thread(this::reconcile, "reconcile");

  private final Consumer<Reconciliation> listener;
  private volatile boolean stopped;

  private PeriodicReconcile(
      ReconcileBackoff reconciler, Semaphore wakeups, Consumer<Reconciliation> listener) {
    this.reconciler = reconciler;
    this.wakeups = wakeups;
    this.listener = listener;
  }

  /**
   * Begins.
   *
   * @param listener is given the result of each look
   */
  public static PeriodicReconcile start(RunRegistry registry, Consumer<Reconciliation> listener) {
    return start(registry, new Semaphore(0), listener);
  }

  /**
   * Begins.
   *
   * @param wakeups each permit begins the next pass at once
   * @param listener is given the result of each look
   */
  public static PeriodicReconcile start(
      RunRegistry registry, Semaphore wakeups, Consumer<Reconciliation> listener) {
    return start(new ReconcileBackoff(registry, SHORTEST, LONGEST), wakeups, listener);
  }

  /** Begins, with other pauses than usual. */
  static PeriodicReconcile start(
      ReconcileBackoff reconciler, Semaphore wakeups, Consumer<Reconciliation> listener) {
    PeriodicReconcile reconciling = new PeriodicReconcile(reconciler, wakeups, listener);
    reconciling.thread.setDaemon(true);
    reconciling.thread.start();
    return reconciling;
  }

  private void reconcile() {
    try {
      do {
        Duration pause = reconciler.reconcile();
        listener.accept(reconciler.last());
        if (wakeups.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
          wakeups.drainPermits(); // one pass is for all of them
        }
      } while (!stopped);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Begins no other look; nothing is interrupted in the middle of a note. */
  public void stopSoon() {
    stopped = true;
    wakeups.release();
  }

  /** Waits for the look that goes on, for a moment. */
  @Override
  public void close() {
    stopSoon();
    try {
      thread.join(AT_THE_END.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
