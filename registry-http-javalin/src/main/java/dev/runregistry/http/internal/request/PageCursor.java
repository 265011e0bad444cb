package dev.runregistry.http.internal.request;

import dev.runregistry.run.RunId;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.query.RunCursor;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import java.util.UUID;

/**
 * A position in the list, opaque to clients: microseconds and id in 24 bytes, which are 32
 * characters in base64, without padding.
 */
public final class PageCursor {
  private static final int BYTES = Long.BYTES * 3;
  private static final long LATEST_MICROS = 253_402_300_799_999_999L; // the end of the year 9999

  private PageCursor() {}

  public static String write(RunCursor place) {
    UUID id = place.id().value();
    byte[] bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(Timestamps.toMicros(place.createdAt()))
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .array();
    return Base64.getUrlEncoder().encodeToString(bytes);
  }

  /** Parses the result of {@link #write}; returns empty for any other text. */
  public static Optional<RunCursor> read(String text) {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length != BYTES || buffer.getLong(0) < 0 || buffer.getLong(0) > LATEST_MICROS) {
      return Optional.empty();
    }
    Instant createdAt = Timestamps.ofMicros(buffer.getLong());
    return Optional.of(
        new RunCursor(createdAt, new RunId(new UUID(buffer.getLong(), buffer.getLong()))));
  }
}
