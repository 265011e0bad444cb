package dev.runregistry.run.queue;

/**
 * The options of a queued run.
 *
 * @param priority {@value #MIN_PRIORITY} to {@value #MAX_PRIORITY}; runs with a higher one start
 *     first
 * @param gpus the number of GPUs that the run needs, 0 to {@value #MAX_GPUS}
 */
public record QueueOptions(int priority, int gpus) {
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
  }

  private static void require(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s must be %d to %d: %d".formatted(name, min, max, value));
    }
  }
}
