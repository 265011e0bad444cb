package dev.runregistry.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;

/**
 * A Jetty connector that does not wait for idle connections when it stops. Jetty checks its
 * connections only once at shutdown and misses those that are accepted or answered at that moment:
 * after a request it restores the long idle timeout of the connection.
 */
final class FastShutdownConnector extends ServerConnector {
  private static final int SHUTDOWN_IDLE_MILLIS = 100;

  FastShutdownConnector(Server server, HttpConnectionFactory http) {
    super(server, http);
    setShutdownIdleTimeout(SHUTDOWN_IDLE_MILLIS);
  }

  @Override
  public CompletableFuture<Void> shutdown() {
    CompletableFuture<Void> done = super.shutdown();
    recheckUntil(done);
    return done;
  }

  private void recheckUntil(CompletableFuture<Void> done) {
    if (done.isDone() || !isRunning()) {
      return;
    }
    getConnectedEndPoints().stream()
        .filter(connection -> connection.getIdleTimeout() > SHUTDOWN_IDLE_MILLIS)
        .forEach(connection -> connection.setIdleTimeout(SHUTDOWN_IDLE_MILLIS));
    getScheduler().schedule(() -> recheckUntil(done), SHUTDOWN_IDLE_MILLIS, TimeUnit.MILLISECONDS);
  }
}
