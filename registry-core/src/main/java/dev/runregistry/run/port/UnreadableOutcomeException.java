package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/**
 * Thrown when a run has ended, or may have, and what tells how cannot be read now: too many files
 * are open, say, or the disk fails. Nothing is recorded; the journal keeps the run, and it is
 * reconciled once the evidence can be read.
 */
public final class UnreadableOutcomeException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what cannot be read.
   *
   * @param message a whole sentence that names the run
   * @param cause what the library underneath threw
   */
  public UnreadableOutcomeException(String message, Throwable cause) {
    super(message, cause);
  }
}
