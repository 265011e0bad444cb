package dev.runregistry.run;

/** A run was asked to make a move that the state machine does not know; it is unchanged. */
public final class IllegalRunTransitionException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what happened.
   *
   * @param message a whole sentence that names the values concerned
   */
  public IllegalRunTransitionException(String message) {
    super(message, null);
  }
}
