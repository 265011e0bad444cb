package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

/**
 * What a run printed, as far as the record keeps it.
 *
 * @param stdout the standard output, or the report of a dry-run that passed
 * @param stderr the error output, or why a run was refused before it started
 */
public record Output(OutputExcerpt stdout, OutputExcerpt stderr) {
  /** Nothing was printed. */
  public static final Output NONE = new Output(OutputExcerpt.EMPTY, OutputExcerpt.EMPTY);

  /** Whether nothing was printed. */
  boolean
      isEmpty() { // the equals of a record is put together at its first use: 10 ms of each start
    return stdout.text().isEmpty() && stderr.text().isEmpty();
  }

  /** Both streams; neither may be null. */
  public Output {
    requireNonNull(stdout, "stdout");
    requireNonNull(stderr, "stderr");
  }
}
