package dev.runregistry.cli.serve;

import dev.runregistry.run.service.ReconcileBackoff;
import dev.runregistry.run.service.Reconciliation;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
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

  private final CountDownLatch stopped = new CountDownLatch(1);
  private final ReconcileBackoff reconciler;
  private final Thread thread = new Thread(this::reconcile, "reconcile");

  private final Consumer<Reconciliation> listener;

  private PeriodicReconcile(RunRegistry registry, Consumer<Reconciliation> listener) {
    this.listener = listener;
    reconciler = new ReconcileBackoff(registry, SHORTEST, LONGEST);
  }

  /**
   * Begins.
   *
   * @param listener is given the result of each look
   */
  public static PeriodicReconcile start(RunRegistry registry, Consumer<Reconciliation> listener) {
    PeriodicReconcile reconciling = new PeriodicReconcile(registry, listener);
    reconciling.thread.setDaemon(true);
    reconciling.thread.start();
    return reconciling;
  }

  private void reconcile() {
    try {
      Duration pause;
      do {
        pause = reconciler.reconcile();
        listener.accept(reconciler.last());
      } while (!stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Begins no other look; nothing is interrupted in the middle of a note. */
  public void stopSoon() {
    stopped.countDown();
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
