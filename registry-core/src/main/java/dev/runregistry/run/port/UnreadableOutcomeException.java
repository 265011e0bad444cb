package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/**
 * Thrown when a run has ended, or may have, and the evidence of how cannot be read now, for example
 * because too many files are open, or the disk fails. Nothing is recorded; the journal keeps the
 * run, and it is reconciled once the evidence can be read.
 */
public final class UnreadableOutcomeException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence that names the run
   * @param cause the exception of the library underneath
   */
  public UnreadableOutcomeException(String message, Throwable cause) {
    super(message, cause);
  }
}
