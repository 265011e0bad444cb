package dev.runregistry.run.dataset;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RegistryException;

/** A data set is not there or not what it should be. */
public final class DatasetException extends RegistryException {
  private static final long serialVersionUID = 1L;

  private final String explanation;

  /**
   * Says what is wrong.
   *
   * @param message the short form, one sentence
   * @param explanation the file relative to the data sets folder, the line where there is one, and
   *     what is wrong there; never a path of the host
   */
  public DatasetException(String message, String explanation) {
    super(message, null);
    this.explanation = requireNonNull(explanation, "explanation");
  }

  /** The long form: file, line and what is wrong. */
  public String explanation() {
    return explanation;
  }
}
