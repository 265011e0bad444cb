package dev.runregistry.cli.text;

import dev.runregistry.run.RegistryException;
import java.io.IOException;

/** Our own output cannot be written. */
public final class OutputException extends RegistryException {
  private static final long serialVersionUID = 1L;

  public OutputException(IOException cause) {
    super("cannot write to stdout: " + cause.getMessage(), cause);
  }

  /** Returns whether the reader closed the pipe, as {@code head} does. */
  public boolean isClosedPipe() {
    return String.valueOf(getMessage()).endsWith("Broken pipe"); // Java has no other sign of EPIPE
  }
}
