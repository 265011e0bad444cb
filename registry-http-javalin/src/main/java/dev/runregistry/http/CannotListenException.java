package dev.runregistry.http;

import dev.runregistry.run.RegistryException;
import java.io.IOException;

/** The server cannot have the address that it is to listen on; the message says which, and why. */
public final class CannotListenException extends RegistryException {
  private static final long serialVersionUID = 1L;

  CannotListenException(String address, String why, IOException cause) {
    super("cannot listen on %s: %s".formatted(address, why), cause);
  }
}
