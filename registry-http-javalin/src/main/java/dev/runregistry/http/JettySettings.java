package dev.runregistry.http;

import io.javalin.config.JettyConfig;
import java.time.Duration;
import org.eclipse.jetty.server.Connector;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.GracefulHandler;

/** How Jetty listens, what stands before Javalin, and how it stops. */
final class JettySettings {
  private static final int MAX_HEADER_BYTES = 8 * 1024;

  private final ServerConfig config;
  private final RouteTable routes;

  JettySettings(ServerConfig config, RouteTable routes) {
    this.config = config;
    this.routes = routes;
  }

  void applyTo(JettyConfig jetty) {
    jetty.modifyHttpConfiguration(JettySettings::configure);
    jetty.addConnector(this::connector);
    jetty.modifyServer(this::configure);
  }

  private static void configure(HttpConfiguration http) {
    http.setSendServerVersion(false);
    http.setRequestHeaderSize(MAX_HEADER_BYTES);
  }

  private Connector connector(Server server, HttpConfiguration http) {
    ServerConnector connector = new ServerConnector(server, new HttpConnectionFactory(http));
    connector.setHost(config.host());
    connector.setPort(config.port());
    connector.setIdleTimeout(config.requestLimit().toMillis());
    return connector;
  }

  private void configure(Server server) {
    Gate gate = new Gate(config, routes);
    Frame frame = new Frame();
    frame.setHandler(new GracefulHandler(gate));
    server.setHandler(frame);
    server.setErrorHandler(new JsonErrors());
    server.setRequestLog(new RequestRecord(routes, config.metrics()));
    server.setStopTimeout(config.stopLimit().plus(Duration.ofMillis(1)).toMillis());
  }
}
