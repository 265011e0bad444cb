package dev.runregistry.run.host;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * The host of an active run that was not seen for {@link KnownHost#UNSEEN_AFTER}.
 *
 * @param name its name
 * @param lastSeen its last announcement, by the clock of the database
 */
public record UnseenHost(String name, Instant lastSeen) {
  /** Checks the values. */
  public UnseenHost {
    requireNonNull(name, "name");
    requireNonNull(lastSeen, "lastSeen");
  }
}
