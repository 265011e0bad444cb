package dev.runregistry.run.port;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;

/**
 * An archived run: the database has its ending.
 *
 * @param ended the run as it ended
 * @param database the database that recorded it; {@link DatabaseIdentity#UNKNOWN} if none was
 *     recorded
 */
public record ArchivedRun(Run ended, DatabaseIdentity database) {
  /**
   * Checks the run.
   *
   * @throws IllegalArgumentException if the run has not ended
   */
  public ArchivedRun {
    requireNonNull(database, "database");
    if (!ended.status().isFinal()) {
      throw new IllegalArgumentException("run " + ended.id() + " has not ended");
    }
  }
}
