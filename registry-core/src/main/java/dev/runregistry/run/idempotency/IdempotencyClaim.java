package dev.runregistry.run.idempotency;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunId;
import dev.runregistry.run.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/**
 * Somebody's word that a request under this key is carried out as this run, once. The run may not
 * be on record yet.
 *
 * @param key what the client called its request, 1 to 255 visible ASCII characters
 * @param fingerprint what tells this request from others, 1 to 64 visible ASCII characters, such as
 *     a digest
 * @param runId the run that carries it out
 * @param claimedAt when, to the microsecond; from then on the claim stands for {@link #LIFETIME}
 */
public record IdempotencyClaim(String key, String fingerprint, RunId runId, Instant claimedAt) {
  /** How long a key is kept; the draft of the IETF leaves that to the server. */
  public static final Duration LIFETIME = Duration.ofHours(24);

  /** The longest key. */
  public static final int MAX_KEY = 255;

  private static final Pattern KEY = Pattern.compile("[!-~]{1," + MAX_KEY + "}");
  private static final Pattern FINGERPRINT = Pattern.compile("[!-~]{1,64}");

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is outside its limits
   */
  public IdempotencyClaim {
    requireNonNull(runId, "runId");
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "an idempotency key has 1 to %d visible ASCII characters: %s"
              .formatted(MAX_KEY, Text.quote(key)));
    }
    if (!FINGERPRINT.matcher(fingerprint).matches()) {
      throw new IllegalArgumentException("not a fingerprint: " + Text.quote(fingerprint));
    }
    claimedAt = claimedAt.truncatedTo(ChronoUnit.MICROS);
  }

  /** Whether the claim stands no more at that time. */
  public boolean hasExpired(Instant now) {
    return claimedAt.isBefore(now.minus(LIFETIME));
  }
}
