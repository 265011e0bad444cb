package dev.runregistry.run.query;

import dev.runregistry.run.RegistryException;

/** Thrown when no run with that id is on record. */
public final class RunNotFoundException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence with the values concerned
   */
  public RunNotFoundException(String message) {
    super(message, null);
  }
}
