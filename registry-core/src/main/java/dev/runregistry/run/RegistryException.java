package dev.runregistry.run;

import org.jspecify.annotations.Nullable;

/**
 * The common parent of what the registry throws; its message is a sentence with the values in it.
 */
public abstract class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * For subclasses.
   *
   * @param message a whole sentence that names the values concerned
   * @param cause what was thrown below, null when the registry itself found the problem
   */
  protected RegistryException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
