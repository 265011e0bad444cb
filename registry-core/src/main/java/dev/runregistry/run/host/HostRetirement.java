package dev.runregistry.run.host;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Text;
import dev.runregistry.run.Timestamps;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * The statement of an operator that a host is gone for good. Never changes once it is recorded.
 *
 * @param id its identifier
 * @param host the name of the host, 1 to {@value Home#MAX_HOST} characters
 * @param user the operator, 1 to {@value CancelRequest#MAX_USER} characters
 * @param at its time by the clock of the database, to the microsecond
 * @param reason the operator's words, 1 to {@value #MAX_REASON} characters
 */
public record HostRetirement(UUID id, String host, String user, Instant at, String reason) {
  /** The maximum length of a reason in characters. */
  public static final int MAX_REASON = 500;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if a text is outside its limits
   */
  public HostRetirement {
    requireNonNull(id, "id");
    Text.require("host", host, Home.MAX_HOST);
    Text.require("user", user, CancelRequest.MAX_USER);
    Text.require("reason", reason, MAX_REASON);
    at = at.truncatedTo(ChronoUnit.MICROS);
  }

  /** Returns the message of a run that is recorded as lost by it. */
  public String messageOfLostRun() {
    return "Lost: the host %s was retired by %s at %s: %s"
        .formatted(host, user, Timestamps.text(at), reason);
  }
}
