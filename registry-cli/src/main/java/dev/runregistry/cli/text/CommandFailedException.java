package dev.runregistry.cli.text;

import dev.runregistry.run.RegistryException;
import org.jspecify.annotations.Nullable;

/** A command could not do what it was asked for; the message tells the user why. */
public final class CommandFailedException extends RegistryException {
  private static final long serialVersionUID = 1L;

  public CommandFailedException(String message) {
    this(message, null);
  }

  public CommandFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
