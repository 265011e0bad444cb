package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

/**
 * The recorded output of a run.
 *
 * @param stdout the standard output, or the report of a dry-run that passed
 * @param stderr the error output, or why a run was refused before it started
 */
public record Output(OutputExcerpt stdout, OutputExcerpt stderr) {
  /** Empty output. */
  public static final Output NONE = new Output(OutputExcerpt.EMPTY, OutputExcerpt.EMPTY);

  /** Returns whether both streams are empty. */
  boolean isEmpty() { // a record's equals is linked at its first use: 10 ms of each start
    return stdout.text().isEmpty() && stderr.text().isEmpty();
  }

  /** Checks the values. */
  public Output {
    requireNonNull(stdout, "stdout");
    requireNonNull(stderr, "stderr");
  }
}
