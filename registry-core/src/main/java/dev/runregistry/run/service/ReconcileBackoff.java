package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles again and again, for a program that lives longer than its runs: often while that
 * helps, more and more seldom while the database or the disk is away. Has no thread: the caller
 * calls {@link #reconcile} and waits as long as that says. Safe for use by many threads.
 */
public final class ReconcileBackoff {
  private static final Logger log = LoggerFactory.getLogger(ReconcileBackoff.class);

  private final RunRegistry registry;
  private final Duration shortest;
  private final Duration longest;
  private Duration pause; // guarded by this
  private Reconciliation last = new Reconciliation(List.of()); // guarded by this

  /**
   * A reconciler that has not looked yet.
   *
   * @param shortest the pause while all is well, positive
   * @param longest the pause after many failures in a row, not less
   * @throws IllegalArgumentException if the pauses are not so
   */
  public ReconcileBackoff(RunRegistry registry, Duration shortest, Duration longest) {
    this.registry = requireNonNull(registry, "registry");
    if (shortest.isZero() || shortest.isNegative() || longest.compareTo(shortest) < 0) {
      throw new IllegalArgumentException(
          "not a range of pauses: %s to %s".formatted(shortest, longest));
    }
    this.shortest = shortest;
    this.longest = longest;
    pause = shortest;
  }

  /**
   * Reconciles once. Never throws what the database or the disk does to it: that is logged.
   *
   * @return how long to wait before the next time; doubled each time that something is left to do
   */
  public synchronized Duration reconcile() {
    boolean complete = false;
    try {
      last = registry.reconcile();
      complete = !last.isIncomplete();
    } catch (RuntimeException e) {
      log.error("the journal of this host cannot be looked at", e);
    }
    Duration now = complete ? shortest : pause;
    pause = complete ? shortest : shorter(pause.multipliedBy(2), longest);
    return now;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** What the last look found; nothing before the first. */
  public synchronized Reconciliation last() {
    return last;
  }
}
