package dev.runregistry.http.internal.request;

import dev.runregistry.run.RunId;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.query.RunCursor;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.UUID;
import java.util.zip.CRC32;

/**
 * A position in a list, opaque to clients: microseconds, id and a checksum of the list in 28 bytes,
 * which are 38 characters in base64, without padding.
 */
public final class PageCursor {
  private static final int BYTES = Long.BYTES * 3 + Integer.BYTES;
  private static final long LATEST_MICROS = 253_402_300_799_999_999L; // the end of the year 9999

  private PageCursor() {}

  /** Thrown for a text that is not a cursor of the list; the message says why. */
  public static final class InvalidCursorException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidCursorException(String message) {
      super(message);
    }
  }

  /**
   * Returns the cursor.
   *
   * @param list the filters and the order of the list, in one text
   */
  public static String write(RunCursor place, String list) {
    UUID id = place.id().value();
    byte[] bytes =
        ByteBuffer.allocate(BYTES)
            .putLong(Timestamps.toMicros(place.createdAt()))
            .putLong(id.getMostSignificantBits())
            .putLong(id.getLeastSignificantBits())
            .putInt(checksum(list))
            .array();
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  /**
   * Parses the result of {@link #write} for the same list.
   *
   * @throws InvalidCursorException if it is any other text, or belongs to another list
   */
  public static RunCursor read(String text, String list) throws InvalidCursorException {
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      bytes = new byte[0];
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    if (bytes.length != BYTES || buffer.getLong(0) < 0 || buffer.getLong(0) > LATEST_MICROS) {
      throw new InvalidCursorException("invalid cursor; this link may be from another server");
    }
    Instant createdAt = Timestamps.ofMicros(buffer.getLong());
    RunId id = new RunId(new UUID(buffer.getLong(), buffer.getLong()));
    if (buffer.getInt() != checksum(list)) {
      throw new InvalidCursorException("a cursor of a list with other filters or another order");
    }
    return new RunCursor(createdAt, id);
  }

  private static int checksum(String list) {
    CRC32 crc = new CRC32();
    crc.update(list.getBytes(StandardCharsets.UTF_8));
    return (int) crc.getValue();
  }
}
