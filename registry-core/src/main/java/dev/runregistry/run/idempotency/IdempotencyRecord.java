package dev.runregistry.run.idempotency;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.RunId;
import dev.runregistry.run.Text;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.regex.Pattern;

/**
 * The record of an idempotency key: a request under this key is executed once, as this run. The run
 * may not be on record yet.
 *
 * @param key the client's name of its request, 1 to 255 visible ASCII characters
 * @param fingerprint distinguishes this request from others, 1 to 64 visible ASCII characters, such
 *     as a digest
 * @param runId the run that executes it
 * @param requestedAt the time of the request, to the microsecond; expires {@link #TTL} later
 */
public record IdempotencyRecord(String key, String fingerprint, RunId runId, Instant requestedAt) {
  /** The lifetime of a key; the IETF draft leaves it to the server. */
  public static final Duration TTL = Duration.ofHours(24);

  /** The maximum length of a key. */
  public static final int MAX_KEY = 255;

  private static final Pattern KEY = Pattern.compile("[!-~]{1," + MAX_KEY + "}");
  private static final Pattern FINGERPRINT = Pattern.compile("[!-~]{1,64}");

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is outside its limits
   */
  public IdempotencyRecord {
    requireNonNull(runId, "runId");
    if (!KEY.matcher(key).matches()) {
      throw new IllegalArgumentException(
          "an idempotency key has 1 to %d visible ASCII characters: %s"
              .formatted(MAX_KEY, Text.quote(key)));
    }
    if (!FINGERPRINT.matcher(fingerprint).matches()) {
      throw new IllegalArgumentException("not a fingerprint: " + Text.quote(fingerprint));
    }
    requestedAt = requestedAt.truncatedTo(ChronoUnit.MICROS);
  }

  /** Returns whether the key has expired at this time. */
  public boolean hasExpired(Instant now) {
    return requestedAt.isBefore(now.minus(TTL));
  }
}
