package dev.runregistry.run.port;

/** Thrown when the database is reachable, but cancelled a statement because of its timeout. */
public final class RepositoryTimeoutException extends RepositoryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence with the values concerned
   * @param cause the exception of the library underneath
   */
  public RepositoryTimeoutException(String message, Throwable cause) {
    super(message, cause);
  }
}
