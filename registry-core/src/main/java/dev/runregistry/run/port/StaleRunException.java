package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/** Thrown when the stored run has a later state and can no longer become the one to be saved. */
public final class StaleRunException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence with the values concerned
   */
  public StaleRunException(String message) {
    super(message, null);
  }
}
