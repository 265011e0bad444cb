package dev.runregistry.run.dataset;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RegistryException;

/** Thrown when a dataset does not exist or is invalid. */
public final class DatasetException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final String explanation;

  /**
   * Creates the exception.
   *
   * @param message the short form, one sentence
   * @param explanation the file relative to the datasets directory, the line if there is one, and
   *     the problem; never a path of the host
   */
  public DatasetException(String message, String explanation) {
    super(message, null);
    this.explanation = requireNonNull(explanation, "explanation");
  }

  /** Returns the long form: file, line and problem. */
  public String explanation() {
    return explanation;
  }
}
