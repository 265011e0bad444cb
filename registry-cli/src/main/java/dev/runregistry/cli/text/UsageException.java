package dev.runregistry.cli.text;

import dev.runregistry.run.RegistryException;
import org.jspecify.annotations.Nullable;

/** What was asked for, or a setting, makes no sense; the message tells the user what would. */
public final class UsageException extends RegistryException {
  private static final long serialVersionUID = 1L;

  public UsageException(String message) {
    this(message, null);
  }

  public UsageException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
