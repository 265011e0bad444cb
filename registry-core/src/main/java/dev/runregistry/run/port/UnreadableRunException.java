package dev.runregistry.run.port;

import dev.runregistry.run.RegistryException;

/**
 * Thrown when a run is on record in a form that no registry writes: it was changed past the
 * registry. Lists leave it out; verification names it.
 */
public final class UnreadableRunException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence that names the run and the reason
   * @param cause what was thrown by the value that cannot be read
   */
  public UnreadableRunException(String message, Throwable cause) {
    super(message, cause);
  }
}
