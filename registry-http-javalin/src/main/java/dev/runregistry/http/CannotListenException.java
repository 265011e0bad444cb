package dev.runregistry.http;

import dev.runregistry.run.RegistryException;
import java.io.IOException;

/**
 * Thrown when the server cannot listen on its address; the message has the address and the cause.
 */
public final class CannotListenException extends RegistryException {
  private static final long serialVersionUID = 1L;

  CannotListenException(String address, String why, IOException cause) {
    super("cannot listen on %s: %s".formatted(address, why), cause);
  }
}
