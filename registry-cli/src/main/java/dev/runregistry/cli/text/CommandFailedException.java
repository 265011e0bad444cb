package dev.runregistry.cli.text;

import dev.runregistry.run.RegistryException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Thrown when a command fails; the message has the reason. */
public final class CommandFailedException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private static final String OTHER = "failed";

  private final String kind;
  private final transient List<String> details;

  public CommandFailedException(String message) {
    this(OTHER, message, null, List.of());
  }

  public CommandFailedException(String message, @Nullable Throwable cause) {
    this(OTHER, message, cause, List.of());
  }

  /**
   * Creates an exception with further lines.
   *
   * @param kind the name of the error in a JSON document, such as run_not_found
   * @param details what is printed below the message, each on its line
   */
  public CommandFailedException(String kind, String message, List<String> details) {
    this(kind, message, null, details);
  }

  private CommandFailedException(
      String kind, String message, @Nullable Throwable cause, List<String> details) {
    super(message, cause);
    this.kind = kind;
    this.details = List.copyOf(details);
  }

  /** Returns the name of the error in a JSON document. */
  public String kind() {
    return kind;
  }

  /** Returns the lines that are printed below the message; empty if there are none. */
  public List<String> details() {
    return details;
  }
}
