package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A request to cancel a run.
 *
 * @param user the requester as recorded, 1 to {@value #MAX_USER} characters
 * @param at the time of the request, with microsecond precision
 */
public record CancelRequest(String user, Instant at) {
  /** The maximum length of a user in characters. */
  public static final int MAX_USER = 256;

  /**
   * Checks the user, and truncates the time to microseconds.
   *
   * @throws IllegalArgumentException if the user is outside its limits
   */
  public CancelRequest {
    Text.require("user", user, MAX_USER);
    at = requireNonNull(at, "at").truncatedTo(ChronoUnit.MICROS);
  }
}
