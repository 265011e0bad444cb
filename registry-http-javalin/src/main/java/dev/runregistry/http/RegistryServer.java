package dev.runregistry.http;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.service.RunRegistry;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.util.VirtualThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a {@link RunRegistry} over HTTP. Made by {@link #create}, then {@link #start}ed once and
 * {@link #stop}ped once; what the registry was built from stays open, who made it closes it.
 *
 * <p>Safe for use by many threads at once.
 */
public final class RegistryServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RegistryServer.class);

  private final ServerConfig config;
  private final JettySettings jetty;
  private final RouteTable routes = new RouteTable();
  private final LocalRunLimiter localRuns;
  private final Javalin javalin;
  private volatile int port = -1;

  private RegistryServer(RunRegistry registry, ServerConfig config) {
    this.config = config;
    this.localRuns = new LocalRunLimiter(config.maxLocalRuns());
    this.jetty = new JettySettings(config, routes);
    this.javalin = Javalin.create(javalinConfig -> configure(javalinConfig, registry));
  }

  /** A server that does not listen yet. */
  public static RegistryServer create(RunRegistry registry, ServerConfig config) {
    return new RegistryServer(
        requireNonNull(registry, "registry"), requireNonNull(config, "config"));
  }

  private void configure(JavalinConfig javalinConfig, RunRegistry registry) {
    config
        .metrics()
        .gauge("registry.local.runs", "Local runs that are going on", localRuns::running);
    config
        .metrics()
        .gauge(
            "registry.journal.waiting",
            "Runs that have ended and whose ending the database does not have yet",
            registry::waiting);
    javalinConfig.startup.showJavalinBanner = false;
    javalinConfig.startup.startupWatcherEnabled = false;
    javalinConfig.http.compressionStrategy = CompressionStrategy.NONE;
    javalinConfig.http.asyncTimeout = 0; // a local run has its own limit
    javalinConfig.concurrency.useVirtualThreads = VirtualThreads.areSupported();
    jetty.applyTo(javalinConfig.jetty);
    ExceptionMappers.addTo(javalinConfig.routes);
    javalinConfig.router.javaLangErrorHandler(ExceptionMappers::broken);
    Routes added = new Routes(javalinConfig.routes, routes);
    new HealthRoutes(registry, config, localRuns).addTo(added);
    new RunRoutes(registry, config, localRuns).addTo(added);
    new LogRoutes(registry).addTo(added);
    new DatasetRoutes(registry).addTo(added);
    new DocsRoutes().addTo(added);
    new StaticPageRoutes().addTo(added);
  }

  /**
   * Begins to listen; returns when requests are answered.
   *
   * @return this server
   * @throws CannotListenException if it cannot listen there, because the port is taken, say; it can
   *     be started again
   */
  public RegistryServer start() {
    jetty.listenOn(new ListenAddress(config.host(), config.port()).listen());
    javalin.start();
    port = javalin.port();
    log.info("listening on {}", new ListenAddress(config.host(), port));
    return this;
  }

  /** The port it listens on, the one chosen where the configuration has 0; -1 before it starts. */
  public int port() {
    return port;
  }

  /** Returns all routes, of a server that has been created. */
  RouteTable routes() {
    return routes;
  }

  /**
   * Refuses new runs and waits for local runs that are running, at most the stop limit of the
   * configuration; everything else is answered meanwhile. A request whose run takes longer is
   * answered with 503 and the id of the run, which continues: this host's journal has it. Then
   * stops listening. Stopping again does nothing.
   */
  public void stop() {
    long begun = System.nanoTime();
    localRuns.stop(config.stopLimit());
    jetty.setStopTimeout(
        javalin.jettyServer().server(), config.stopLimit().minusNanos(System.nanoTime() - begun));
    try {
      // Javalin's own stop takes runs that go on for an error
      javalin.jettyServer().server().stop();
    } catch (TimeoutException e) {
      log.warn("stopped with requests still going on; this host's journal has their runs");
    } catch (Exception e) { // what a library throws while it lets go of things
      log.error("cannot stop in good order", e);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
