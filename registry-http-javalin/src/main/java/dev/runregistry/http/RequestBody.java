package dev.runregistry.http;

import io.javalin.http.Context;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the body of a request, as long as it is JSON, not too large and not too slow. */
final class RequestBody {
  private static final Logger log = LoggerFactory.getLogger(RequestBody.class);

  private static final int CHUNK = 16 * 1024;
  // so much more is read and forgotten, because a client that is still sending hears no answer
  private static final int FORGOTTEN = 16 * 1024 * 1024;

  private final int maxBytes;
  private final Duration limit;

  RequestBody(ServerConfig config) {
    maxBytes = config.maxBodyBytes();
    limit = config.requestLimit();
  }

  /**
   * The whole body.
   *
   * @throws Refusal 415 if it is not said to be JSON, 413 if it is too large, 408 if it takes the
   *     client too long, 400 if it ends early or its chunks are malformed
   */
  byte[] read(Context ctx) {
    requireJson(ctx.contentType(), ctx.header("Content-Encoding"));
    long announced = ctx.req().getContentLengthLong();
    if (announced > maxBytes + (long) FORGOTTEN
        || (announced > maxBytes && ctx.header("Expect") != null)) {
      throw tooLarge();
    }
    return read(ctx.bodyInputStream(), System.nanoTime() + limit.toNanos());
  }

  private static void requireJson(@Nullable String contentType, @Nullable String encoding) {
    String[] parts = String.valueOf(contentType).toLowerCase(Locale.ROOT).split(";", -1);
    boolean json = parts[0].trim().equals(Json.MEDIA_TYPE);
    boolean utf8 =
        Arrays.stream(parts)
            .skip(1)
            .map(String::trim)
            .filter(parameter -> parameter.startsWith("charset="))
            .allMatch(charset -> charset.matches("charset=\"?utf-?8\"?"));
    if (!json || !utf8 || (encoding != null && !encoding.equalsIgnoreCase("identity"))) {
      throw Refusal.of(415, "The body must be application/json in UTF-8, not compressed");
    }
  }

  private byte[] read(InputStream in, long deadline) {
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    byte[] chunk = new byte[CHUNK];
    long size = 0;
    for (int n = next(in, chunk); n >= 0; n = next(in, chunk)) {
      size += n;
      if (size <= maxBytes) {
        body.write(chunk, 0, n);
      } else if (size > maxBytes + (long) FORGOTTEN) {
        throw tooLarge();
      }
      if (System.nanoTime() - deadline > 0) {
        throw tooSlow();
      }
    }
    if (size > maxBytes) {
      throw tooLarge();
    }
    return body.toByteArray();
  }

  /** Returns what {@link InputStream#read(byte[])} does; an I/O error is a fault of the client. */
  private static int next(InputStream in, byte[] chunk) {
    try {
      return in.read(chunk);
    } catch (IOException e) {
      log.debug("cannot read the body of a request", e);
      throw e.getCause() instanceof TimeoutException ? tooSlow() : malformed();
    }
  }

  private static Refusal tooSlow() {
    return Refusal.of(408, "The body took too long to arrive").withHeader("Connection", "close");
  }

  private static Refusal malformed() {
    return Refusal.of(400, "The body ended early, or its chunks are malformed")
        .withHeader("Connection", "close");
  }

  private Refusal tooLarge() {
    return Refusal.of(413, "The body must have at most " + maxBytes + " bytes");
  }
}
