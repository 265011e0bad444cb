package dev.runregistry.http.internal.request;

import java.time.Duration;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;

/**
 * Discards the body of a refused request without blocking a thread, then sends the response: a
 * client that is still sending when its connection is closed would not receive it.
 */
public final class BodyDrain implements Runnable {
  private final Request request;
  private final long deadline;
  private final Runnable answer;
  private long drained;

  private BodyDrain(Request request, Duration timeout, Runnable answer) {
    this.request = request;
    this.deadline = System.nanoTime() + timeout.toNanos();
    this.answer = answer;
  }

  /**
   * Runs {@code answer} when the body has ended, failed, timed out or exceeded {@link
   * BodyStream#MAX_DRAINED_BYTES}; at once for a client that waits for the response before it
   * sends.
   */
  public static void then(Request request, Duration timeout, Runnable answer) {
    if (request.getHeaders().contains(HttpHeader.EXPECT)) {
      answer.run();
    } else {
      new BodyDrain(request, timeout, answer).run();
    }
  }

  @Override
  public void run() {
    boolean over = false;
    while (!over) {
      Content.Chunk chunk = request.read();
      if (chunk == null) {
        request.demand(this);
        return;
      }
      drained += chunk.remaining();
      over =
          Content.Chunk.isFailure(chunk)
              || chunk.isLast()
              || drained > BodyStream.MAX_DRAINED_BYTES
              || System.nanoTime() - deadline > 0;
      chunk.release();
    }
    answer.run();
  }
}
