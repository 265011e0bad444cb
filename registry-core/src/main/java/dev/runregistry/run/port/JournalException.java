package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/** Thrown when the journal of this host cannot be written or read. */
public final class JournalException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence with the values concerned
   * @param cause the exception of the library underneath
   */
  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}
