package dev.runregistry.cli.text;

import dev.runregistry.run.RegistryException;
import org.jspecify.annotations.Nullable;

/** Thrown when a command fails; the message has the reason. */
public final class CommandFailedException extends RegistryException {
  private static final long serialVersionUID = 1L;

  public CommandFailedException(String message) {
    this(message, null);
  }

  public CommandFailedException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
