package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles repeatedly, for a program that outlives its runs: often while passes succeed, with
 * growing delays while the database or the disk is unavailable. Has no thread: the caller calls
 * {@link #reconcile} and waits for the returned time. Safe for use by many threads.
 */
public final class ReconcileBackoff {
  private static final Logger log = LoggerFactory.getLogger(ReconcileBackoff.class);

  private final RunRegistry registry;
  private final Duration shortest;
  private final Duration longest;
  private Duration pause; // guarded by this
  private Reconciliation last = new Reconciliation(List.of()); // guarded by this

  /**
   * Creates a backoff before its first pass.
   *
   * @param shortest the delay after a complete pass, positive
   * @param longest the delay after many failures in a row, not less
   * @throws IllegalArgumentException if the delays are out of range
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
   * Reconciles once. Does not throw failures of the database or the disk, but logs them.
   *
   * @return the delay before the next pass; doubled each time that work is left
   */
  public synchronized Duration reconcile() {
    boolean complete = false;
    try {
      last = registry.reconcile();
      complete = !last.isIncomplete();
    } catch (RuntimeException e) {
      log.error("the journal of this host cannot be read", e);
    }
    Duration now = complete ? shortest : pause;
    pause = complete ? shortest : shorter(pause.multipliedBy(2), longest);
    return now;
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }

  /** Returns the result of the last pass; empty before the first. */
  public synchronized Reconciliation last() {
    return last;
  }
}
