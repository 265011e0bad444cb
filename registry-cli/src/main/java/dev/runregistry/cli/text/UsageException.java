package dev.runregistry.cli.text;

import dev.runregistry.run.RegistryException;
import org.jspecify.annotations.Nullable;

/** Thrown for invalid arguments or settings; the message has what is allowed. */
public final class UsageException extends RegistryException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    this(message, null);
  }

  public UsageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
