package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/**
 * Thrown when the stored form of a run is one that no registry writes: it was changed outside the
 * registry. Lists leave it out; verification reports it.
 */
public final class UnreadableRunException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence that names the run and the reason
   * @param cause the exception of the value that cannot be read
   */
  public UnreadableRunException(String message, Throwable cause) {
    super(message, cause);
  }
}
