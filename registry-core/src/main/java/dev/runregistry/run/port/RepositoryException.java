package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/**
 * The database could not be reached or refused the statement; whether a save took place is unknown.
 */
public class RepositoryException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what failed.
   *
   * @param message a whole sentence that names the values concerned
   * @param cause what the library underneath threw
   */
  public RepositoryException(String message, Throwable cause) {
    super(message, cause);
  }
}
