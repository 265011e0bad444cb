package dev.runregistry.http.internal.request;

import dev.runregistry.http.internal.message.HttpProblem;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bytes of a request body, with a size limit and a deadline. Every method throws a {@link
 * HttpProblem}: 413 if there are too many bytes, 408 if they take too long, 400 if they end early
 * or their chunks are malformed.
 */
public final class BodyStream extends InputStream {
  /**
   * The number of bytes beyond the limit that are discarded: a client that is still sending does
   * not read the response.
   */
  public static final int MAX_DRAINED_BYTES = 16 * 1024 * 1024;

  private static final Logger log = LoggerFactory.getLogger(BodyStream.class);
  private static final int CHUNK = 8 * 1024;

  private final InputStream in;
  private final int maxBytes;
  private final long deadline;
  private long size;
  private boolean ended;

  public BodyStream(InputStream in, int maxBytes, Duration timeout) {
    this.in = in;
    this.maxBytes = maxBytes;
    this.deadline = System.nanoTime() + timeout.toNanos();
  }

  @Override
  public int read() {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) {
    int n = next(buffer, offset, length);
    if (size > maxBytes) {
      drain();
    }
    return n;
  }

  /** Discards the rest, at most {@value #MAX_DRAINED_BYTES} bytes beyond the limit. */
  public void drain() {
    byte[] chunk = new byte[CHUNK];
    while (!ended && size <= maxBytes + (long) MAX_DRAINED_BYTES) {
      next(chunk, 0, CHUNK);
    }
    if (size > maxBytes) {
      throw tooLarge(maxBytes);
    }
  }

  private int next(byte[] buffer, int offset, int length) {
    int n;
    try {
      n = in.read(buffer, offset, length);
    } catch (IOException e) {
      log.debug("cannot read the body of a request", e);
      throw e.getCause() instanceof TimeoutException ? tooSlow() : malformed();
    }
    ended = n < 0;
    size += Math.max(0, n);
    if (!ended && System.nanoTime() - deadline > 0) {
      throw tooSlow();
    }
    return n;
  }

  private static HttpProblem tooSlow() {
    return HttpProblem.of(408, "The body took too long to arrive")
        .withHeader("Connection", "close");
  }

  private static HttpProblem malformed() {
    return HttpProblem.of(400, "The body ended early, or its chunks are malformed")
        .withHeader("Connection", "close");
  }

  public static HttpProblem tooLarge(int maxBytes) {
    return HttpProblem.of(413, "The body must have at most " + maxBytes + " bytes");
  }
}
