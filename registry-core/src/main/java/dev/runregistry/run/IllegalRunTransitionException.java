package dev.runregistry.run;

/** Thrown when the state machine does not allow a transition; the run is unchanged. */
public final class IllegalRunTransitionException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message a whole sentence with the values concerned
   */
  public IllegalRunTransitionException(String message) {
    super(message, null);
  }
}
