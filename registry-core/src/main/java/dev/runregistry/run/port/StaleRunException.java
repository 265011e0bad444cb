package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/** The stored run has moved on and can no longer become the one that was to be saved. */
public final class StaleRunException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what happened.
   *
   * @param message a whole sentence that names the values concerned
   */
  public StaleRunException(String message) {
    super(message, null);
  }
}
