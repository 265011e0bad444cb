package dev.runregistry.run;

import org.jspecify.annotations.Nullable;

/** The parent of the registry's exceptions; the message is a sentence with the values in it. */
public abstract class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence with the values concerned
   * @param cause the underlying exception, null if the registry itself found the problem
   */
  protected RegistryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
