package dev.runregistry.run;

/** No run with that id is on record. */
public final class RunNotFoundException extends RegistryException {
  private static final long serialVersionUID = 1L;

  /**
   * Says what happened.
   *
   * @param message a whole sentence that names the values concerned
   */
  public RunNotFoundException(String message) {
    super(message, null);
  }
}
