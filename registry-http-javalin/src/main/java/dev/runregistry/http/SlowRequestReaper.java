package dev.runregistry.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.Connection;
import org.eclipse.jetty.util.NanoTime;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Ends connections that take too long over their first request or over the headers of any, a byte
 * now and then, which no idle timeout minds. Between two requests a connection may rest.
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
    new Watch(connection).lookAgainLater();
  }

  /** Looks at one connection from time to time. Never by two threads at once. */
  private final class Watch implements Runnable {
    private final Connection connection;
    private long requests;
    private long bytesBefore; // what had come when the last request was seen to be complete
    private long waitingSince = NanoTime.now(); // since when, if a request is coming in
    private boolean waiting = true;

    Watch(Connection connection) {
      this.connection = connection;
    }

    void lookAgainLater() {
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
        lookAgainLater();
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
