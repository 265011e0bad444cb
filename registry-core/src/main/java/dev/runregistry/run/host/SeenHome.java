package dev.runregistry.run.host;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A home that was announced.
 *
 * @param home as it was announced last
 * @param lastSeen the time of its last announcement, by the clock of the database
 */
public record SeenHome(Home home, Instant lastSeen) {
  /** Checks the values. */
  public SeenHome {
    requireNonNull(home, "home");
    requireNonNull(lastSeen, "lastSeen");
  }
}
