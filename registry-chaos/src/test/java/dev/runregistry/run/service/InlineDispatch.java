package dev.runregistry.run.service;

import dev.runregistry.run.queue.QueueLimits;

/** Dispatches the queue of a registry on the calling thread, which also executes the runs. */
public final class InlineDispatch {
  private InlineDispatch() {}

  /** Starts what can start now, one run after the other, and returns. */
  public static void once(RunRegistry registry, QueueLimits limits) {
    registry.dispatcher(limits, run -> {}, (name, task) -> task.run()).dispatchOnce();
  }
}
