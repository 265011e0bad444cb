package dev.runregistry.internal.files;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Actions that an interrupt does not end; the flag is set again afterwards. */
public final class Uninterruptibly {
  private Uninterruptibly() {}

  /** Blocks until a process has ended; returns false on timeout. */
  public static boolean await(Process process, Duration atMost) {
    return await(
        nanos -> process.waitFor(nanos, TimeUnit.NANOSECONDS),
        System.nanoTime() + atMost.toNanos());
  }

  /** Blocks until a condition holds; returns false on timeout. */
  public static boolean await(Wanted wanted, Duration atMost) {
    return await(
        nanos -> wanted.atMost(Duration.ofNanos(nanos)), System.nanoTime() + atMost.toNanos());
  }

  /** The condition to wait for. */
  public interface Wanted {
    boolean atMost(Duration left) throws InterruptedException;
  }

  /** A file operation that can be repeated from its beginning. */
  public interface Io {
    void run() throws IOException;
  }

  /** Executes it in spite of an interrupt, before or during it, on which Java closes channels. */
  public static void io(Io action) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      while (true) {
        try {
          action.run();
          return;
        } catch (ClosedByInterruptException e) {
          interrupted |= Thread.interrupted();
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private interface Wait {
    boolean atMost(long nanos) throws InterruptedException;
  }

  private static boolean await(Wait wait, long deadline) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return wait.atMost(deadline - System.nanoTime());
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
