package dev.runregistry.run.queue;

import org.jspecify.annotations.Nullable;

/**
 * The options of a queued run.
 *
 * @param priority {@value #MIN_PRIORITY} to {@value #MAX_PRIORITY}; runs with a higher one start
 *     first
 * @param gpus the number of GPUs that the run needs, 0 to {@value #MAX_GPUS}
 * @param executor the name of its executor, if that has a queue of its own: then neither slots nor
 *     GPUs of this host hold the run back; null for the executor of the dispatcher
 */
public record QueueOptions(int priority, int gpus, @Nullable String executor) {
  /** The lowest priority. */
  public static final int MIN_PRIORITY = -100;

  /** The highest priority. */
  public static final int MAX_PRIORITY = 100;

  /** The maximum number of GPUs of one run. */
  public static final int MAX_GPUS = 64;

  /** Priority 0 and no GPU. */
  public static final QueueOptions DEFAULT = new QueueOptions(0, 0);

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a value is outside its range
   */
  public QueueOptions {
    require("priority", priority, MIN_PRIORITY, MAX_PRIORITY);
    require("gpus", gpus, 0, MAX_GPUS);
    if (executor != null && executor.isBlank()) {
      throw new IllegalArgumentException("executor must not be blank");
    }
  }

  /** Creates options for the executor of the dispatcher. */
  public QueueOptions(int priority, int gpus) {
    this(priority, gpus, null);
  }

  /** Returns a copy for that executor. */
  public QueueOptions withExecutor(@Nullable String name) {
    return new QueueOptions(priority, gpus, name);
  }

  private static void require(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s must be %d to %d: %d".formatted(name, min, max, value));
    }
  }
}
