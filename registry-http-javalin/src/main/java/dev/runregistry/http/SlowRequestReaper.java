package dev.runregistry.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Closes connections that take too long to send their first request or the headers of any request,
 * a byte now and then, which an idle timeout does not detect. Between requests a connection may be
 * idle.
 */
final class SlowRequestReaper implements Connection.Listener {
  private final Scheduler scheduler;
  private final Duration limit;

  SlowRequestReaper(Scheduler scheduler, Duration limit) {
    this.scheduler = scheduler;
    this.limit = limit;
  }

  @Override
  public void onOpened(Connection connection) {
    new Probe(connection).reschedule();
  }

  /** Checks one connection periodically. Never executed concurrently. */
  private final class Probe implements Runnable {
    private final Connection connection;
    private long requests;
    private long bytesBefore; // bytes received when the last request was complete
    private long waitingSince = NanoTime.now(); // start of the request being received
    private boolean waiting = true;

    Probe(Connection connection) {
      this.connection = connection;
    }

    void reschedule() {
      scheduler.schedule(this, Math.max(1, limit.toMillis() / 4), TimeUnit.MILLISECONDS);
    }

    @Override
    public void run() {
      if (!connection.getEndPoint().isOpen()) {
        return;
      }
      if (isTooSlow()) {
        connection.getEndPoint().close();
      } else {
        reschedule();
      }
    }

    private boolean isTooSlow() {
      long bytes = connection.getBytesIn();
      long requestsNow = connection.getMessagesIn();
      if (requestsNow != requests || requestsNow > connection.getMessagesOut()) {
        requests = requestsNow;
        bytesBefore = bytes;
        waiting = false;
      } else if (bytes > bytesBefore && !waiting) {
        waiting = true;
        waitingSince = NanoTime.now();
      }
      return waiting && NanoTime.since(waitingSince) > limit.toNanos();
    }
  }
}
