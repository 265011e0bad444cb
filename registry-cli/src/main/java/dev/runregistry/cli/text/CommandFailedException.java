package dev.runregistry.cli.text;

import dev.runregistry.run.RegistryException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Thrown when a command fails; the message has the reason. */
public final class CommandFailedException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final transient List<String> details;

  public CommandFailedException(String message) {
    this(message, null, List.of());
  }

  public CommandFailedException(String message, @Nullable Throwable cause) {
    this(message, cause, List.of());
  }

  /**
   * Creates an exception with further lines.
   *
   * @param details what is printed below the message, each on its line
   */
  public CommandFailedException(String message, List<String> details) {
    this(message, null, details);
  }

  private CommandFailedException(String message, @Nullable Throwable cause, List<String> details) {
    super(message, cause);
    this.details = List.copyOf(details);
  }

  /** Returns the lines that are printed below the message; empty if there are none. */
  public List<String> details() {
    return details;
  }
}
