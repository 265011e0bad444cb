package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/** The host's own note of a run could not be written or read. */
public final class JournalException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what failed.
   *
   * @param message a whole sentence that names the values concerned
   * @param cause what the library underneath threw
   */
  public JournalException(String message, Throwable cause) {
    super(message, cause);
  }
}
