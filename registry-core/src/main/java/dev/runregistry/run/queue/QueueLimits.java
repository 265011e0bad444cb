package dev.runregistry.run.queue;

import java.util.HashSet;
import java.util.List;

/**
 * The limits of a queue.
 *
 * @param slots the maximum number of queued runs that run at once, at least 1
 * @param max the maximum number of waiting runs, at least 1
 * @param gpus the names of the GPUs that runs get exclusively, as in {@code CUDA_VISIBLE_DEVICES};
 *     empty if the queue manages no GPUs, and then the visible devices are not changed
 */
public record QueueLimits(int slots, int max, List<String> gpus) {
  /** The maximum number of waiting runs unless set. */
  public static final int DEFAULT_MAX = 10_000;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if a number is less than 1, or a GPU is named twice or by an
   *     empty name
   */
  public QueueLimits {
    if (slots < 1 || max < 1) {
      throw new IllegalArgumentException(
          "slots and max must be at least 1: %d and %d".formatted(slots, max));
    }
    gpus = List.copyOf(gpus);
    if (new HashSet<>(gpus).size() < gpus.size() || gpus.contains("")) {
      throw new IllegalArgumentException("each GPU must be named once: " + gpus);
    }
  }

  /** Returns whether the queue assigns GPUs to runs. */
  public boolean managesGpus() {
    return !gpus.isEmpty();
  }
}
