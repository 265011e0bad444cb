package dev.runregistry.http;

import static java.util.Objects.requireNonNull;

import com.sun.management.UnixOperatingSystemMXBean;
import dev.runregistry.http.internal.guard.ResponseHeadersHandler;
import dev.runregistry.http.internal.message.JettyErrorHandler;
import dev.runregistry.http.internal.message.RequestIds;
import io.javalin.config.JettyConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.NetworkConnectionLimit;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.CrossOriginHandler;
import org.eclipse.jetty.server.handler.GracefulHandler;
import org.jspecify.annotations.Nullable;

/** Configures Jetty: connectors, handlers in front of Javalin, and shutdown. */
final class JettySettings {
  private static final int MAX_HEADER_BYTES = 8 * 1024;
  // longer than that of clients: closing a connection while the client sends loses a request
  private static final Duration KEEP_ALIVE = Duration.ofSeconds(75);
  private static final Duration MIN_STOP_TIMEOUT = Duration.ofSeconds(1);
  private static final Duration PREFLIGHT_AGE = Duration.ofMinutes(10);

  private final ServerConfig config;
  private final RouteTable routes;
  private @Nullable ServerSocketChannel listening;

  JettySettings(ServerConfig config, RouteTable routes) {
    this.config = config;
    this.routes = routes;
  }

  /** Sets the channel from which the started server accepts connections; closed when it stops. */
  void listenOn(ServerSocketChannel channel) {
    listening = channel;
  }

  void applyTo(JettyConfig jetty) {
    jetty.modifyHttpConfiguration(this::configure);
    jetty.addConnector(this::connector);
    jetty.modifyServer(this::configure);
  }

  private void configure(HttpConfiguration http) {
    http.setIdleTimeout(config.requestTimeout().toMillis());
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
    // else values that differ only in case, such as tokens, are confused on a connection
    http.setHeaderCacheCaseSensitive(true);
  }

  private Connector connector(Server server, HttpConfiguration http) {
    ServerConnector connector = new FastShutdownConnector(server, new HttpConnectionFactory(http));
    open(connector);
    connector.addBean(new NetworkConnectionLimit(maxConnections(), connector));
    connector.setIdleTimeout(KEEP_ALIVE.toMillis());
    connector.addBean(new SlowRequestReaper(connector.getScheduler(), config.requestTimeout()));
    return connector;
  }

  /**
   * Returns half of the file descriptors that this process has not opened yet: the rest is for runs
   * and the database. Further clients wait to be accepted.
   */
  private static int maxConnections() {
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix) {
      long half = (unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount()) / 2;
      return (int) Math.max(1, Math.min(Integer.MAX_VALUE, half));
    }
    return Integer.MAX_VALUE;
  }

  private void open(ServerConnector connector) {
    try {
      connector.open(requireNonNull(listening, "listening"));
    } catch (IOException e) { // it is already bound
      throw new UncheckedIOException(e);
    }
  }

  private void configure(Server server) {
    RequestGuard gate = new RequestGuard(config, routes);
    ResponseHeadersHandler frame = new ResponseHeadersHandler();
    frame.setHandler(
        new GracefulHandler(config.corsOrigins().isEmpty() ? gate : crossOrigin(gate)));
    server.setHandler(frame);
    server.setErrorHandler(new JettyErrorHandler());
    server.setRequestLog(new AccessLog(routes, config.metrics()));
  }

  /** Sets the time that a stop waits for requests; pending responses get at least a second. */
  void setStopTimeout(Server server, Duration timeout) {
    server.setStopTimeout(Math.max(timeout.toMillis(), MIN_STOP_TIMEOUT.toMillis()));
  }

  private Handler crossOrigin(RequestGuard gate) {
    CrossOriginHandler handler = new CrossOriginHandler();
    handler.setAllowedOriginPatterns(
        config.corsOrigins().stream().map(Pattern::quote).collect(Collectors.toSet()));
    handler.setAllowedMethods(Set.of("GET", "HEAD", "POST"));
    handler.setAllowedHeaders(
        Set.of(
            "Authorization",
            "Content-Type",
            "Idempotency-Key",
            "Last-Event-ID",
            "Range",
            RequestIds.HEADER));
    handler.setExposedHeaders(
        Set.of(
            ArtifactRoutes.METRICS_TRUNCATED,
            ArtifactRoutes.SKIPPED_LINES,
            "Content-Range",
            "Idempotent-Replayed",
            "Link",
            "Retry-After",
            LogRoutes.TAIL_TRUNCATED,
            LogRoutes.TOTAL_LINES,
            RequestIds.HEADER,
            RunRoutes.SEARCH_WINDOW));
    handler.setAllowCredentials(false);
    handler.setPreflightMaxAge(PREFLIGHT_AGE);
    handler.setHandler(gate);
    return handler;
  }
}
