package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/**
 * Thrown when the database cannot be reached or rejects the statement; the outcome of a save is
 * unknown.
 */
public class RepositoryException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence with the values concerned
   * @param cause the exception of the library underneath
   */
  public RepositoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
