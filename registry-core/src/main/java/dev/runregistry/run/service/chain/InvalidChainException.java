package dev.runregistry.run.service.chain;

import dev.runregistry.run.RegistryException;

/** Thrown when entries of a chain are not as they were recorded, or do not follow each other. */
public final class InvalidChainException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence with the values concerned
   */
  public InvalidChainException(String message) {
    super(message, null);
  }
}
