package dev.runregistry.run.port;

/** Thrown when the database answers, but cancelled a statement that took it too long. */
public final class RepositoryTimeoutException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what took too long.
   *
   * @param message a whole sentence that names the values concerned
   * @param cause what the library underneath threw
   */
  public RepositoryTimeoutException(String message, Throwable cause) {
    super(message, cause);
  }
}
