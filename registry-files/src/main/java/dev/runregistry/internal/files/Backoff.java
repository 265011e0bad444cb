package dev.runregistry.internal.files;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/**
 * Waits for events without a notification: short pauses at first, then longer ones. Not interrupted
 * by an interrupt, whose flag is kept. Not for use by several threads.
 */
public final class Backoff {
  private static final long SHORTEST_NANOS = 1_000_000;

  private final long longestNanos;
  private long nanos = SHORTEST_NANOS;

  public Backoff(Duration longest) {
    longestNanos = longest.toNanos();
  }

  public void sleep() {
    boolean interrupted = Thread.interrupted();
    LockSupport.parkNanos(nanos);
    nanos = Math.min(nanos * 2, longestNanos);
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
