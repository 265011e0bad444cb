package dev.runregistry.run.host;

import dev.runregistry.run.RegistryException;

/** Thrown if a host cannot be retired: it is unknown, was just seen, or is retired. */
public final class HostNotRetiredException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates it.
   *
   * @param message a sentence with the name of the host and the reason
   */
  public HostNotRetiredException(String message) {
    super(message, null);
  }
}
