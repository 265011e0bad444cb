package dev.runregistry.run.service;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Saves the start of one run, at most once, on the thread of an executor that may also drop it. The
 * end of the run waits for a save in progress, and never for one that has not begun.
 */
final class StartRecording implements Runnable {
  private final BooleanSupplier save;
  private final AtomicBoolean begun = new AtomicBoolean();
  private final CompletableFuture<Boolean> saved = new CompletableFuture<>();

  StartRecording(BooleanSupplier save) {
    this.save = save;
  }

  /** Returns the recording of a start that needs no saving. */
  static StartRecording done() {
    StartRecording done = new StartRecording(() -> true);
    done.run();
    return done;
  }

  @Override
  public void run() {
    if (begun.compareAndSet(false, true)) {
      boolean worked = false;
      try {
        worked = save.getAsBoolean();
      } finally {
        saved.complete(worked);
      }
    }
  }

  /** Returns whether the save has succeeded or failed. */
  boolean isOver() {
    return saved.isDone();
  }

  /**
   * Blocks until a save in progress is over, and prevents one that has not begun.
   *
   * @return whether it failed
   */
  boolean hasFailed() {
    return !begun.compareAndSet(false, true) && !saved.join();
  }
}
