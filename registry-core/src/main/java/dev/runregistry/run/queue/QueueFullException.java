package dev.runregistry.run.queue;

import dev.runregistry.run.RegistryException;

/** Thrown when as many runs wait as the queue accepts; nothing was enqueued. */
public final class QueueFullException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param max the maximum number of waiting runs
   */
  public QueueFullException(int max) {
    super(
        "the queue is full: %d runs wait; submit again later or raise queue.max".formatted(max),
        null);
  }
}
