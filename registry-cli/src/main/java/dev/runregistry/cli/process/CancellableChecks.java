package dev.runregistry.cli.process;

import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Checks datasets on a thread of its own each, so that a signal ends what waits for a file system
 * that does not answer. The thread itself may hang on there; it keeps no process from ending.
 */
public final class CancellableChecks implements Executor {
  private @Nullable Future<?> current; // guarded by this
  private boolean cancelled; // guarded by this

  @Override
  public void execute(Runnable check) {
    Thread thread = new Thread(check, "dataset check");
    thread.setDaemon(true);
    synchronized (this) {
      if (check instanceof Future<?> future) {
        current = future;
        if (cancelled) {
          future.cancel(true);
        }
      }
    }
    thread.start();
  }

  /** Cancels the check in progress, and each one requested later. */
  public synchronized void cancel() {
    cancelled = true;
    if (current != null) {
      current.cancel(true);
    }
  }
}
