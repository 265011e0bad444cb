package dev.runregistry.http;

import static java.util.Objects.requireNonNull;

import dev.runregistry.http.internal.output.LogFollowers;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.Javalin;
import io.javalin.compression.CompressionStrategy;
import io.javalin.config.JavalinConfig;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.util.VirtualThreads;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a {@link RunRegistry} over HTTP. Created by {@link #create}, then {@link #start}ed once
 * and {@link #stop}ped once. Does not close the adapters of the registry; the caller does.
 *
 * <p>Thread-safe.
 */
public final class RegistryServer implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(RegistryServer.class);

  private final ServerConfig config;
  private final JettySettings jetty;
  private final RouteTable routes = new RouteTable();
  private final AtomicBoolean isStopping = new AtomicBoolean();
  private final LocalRunLimiter localRuns;
  private final LogFollowers followers;
  private final Javalin javalin;
  private volatile int port = -1;

  private RegistryServer(RunRegistry registry, ServerConfig config) {
    this.config = config;
    this.localRuns = new LocalRunLimiter(config.maxLocalRuns(), config.localRunThreads());
    this.followers = new LogFollowers(registry, config.requestTimeout());
    this.jetty = new JettySettings(config, routes);
    this.javalin = Javalin.create(javalinConfig -> configure(javalinConfig, registry));
  }

  /** Creates a server that does not listen yet. */
  public static RegistryServer create(RunRegistry registry, ServerConfig config) {
    return new RegistryServer(
        requireNonNull(registry, "registry"), requireNonNull(config, "config"));
  }

  private void configure(JavalinConfig javalinConfig, RunRegistry registry) {
    config.metrics().gauge("registry.local.runs", "Local runs in progress", localRuns::running);
    config
        .metrics()
        .gauge(
            "registry.journal.waiting",
            "Finished runs whose outcome is not in the database yet",
            registry::pendingEndings);
    config
        .metrics()
        .gauge(
            "registry.database.up",
            "1 if the database answers when the metrics are read, else 0",
            () -> answers(registry));
    config.metrics().gauge("registry.log.followers", "Clients that follow a run", followers::count);
    javalinConfig.startup.showJavalinBanner = false;
    javalinConfig.startup.startupWatcherEnabled = false;
    javalinConfig.http.compressionStrategy = CompressionStrategy.NONE;
    javalinConfig.http.asyncTimeout = 0; // a local run has its own time limit
    javalinConfig.concurrency.useVirtualThreads = VirtualThreads.areSupported();
    jetty.applyTo(javalinConfig.jetty);
    ExceptionMappers.addTo(javalinConfig.routes);
    javalinConfig.router.javaLangErrorHandler(ExceptionMappers::internalError);
    Routes added = new Routes(javalinConfig.routes, routes);
    new HealthRoutes(registry, config, localRuns).addTo(added);
    new CompareRoutes(registry, config).addTo(added); // before the route of any run
    new RunRoutes(registry, config, localRuns).addTo(added);
    new LogRoutes(registry, followers).addTo(added);
    new ArtifactRoutes(registry, config.artifactsRoot()).addTo(added);
    new DatasetRoutes(registry).addTo(added);
    StaticFiles files = new StaticFiles();
    new DocsRoutes(files).addTo(added);
    new StaticPageRoutes(files).addTo(added);
  }

  private static int answers(RunRegistry registry) {
    try {
      registry.ping();
      return 1;
    } catch (RepositoryException e) {
      return 0;
    }
  }

  /**
   * Starts listening; returns when requests are served.
   *
   * @return this server
   * @throws CannotListenException if the address cannot be bound, for example because the port is
   *     in use; {@code start} may be called again
   */
  public RegistryServer start() {
    jetty.listenOn(new ListenAddress(config.host(), config.port()).listen());
    javalin.start();
    port = javalin.port();
    log.info("listening on {}", new ListenAddress(config.host(), port));
    return this;
  }

  /**
   * Returns the listening port, the chosen one if the configured port is 0; -1 before the start.
   */
  public int port() {
    return port;
  }

  /** Returns all routes. */
  RouteTable routes() {
    return routes;
  }

  /**
   * Refuses new runs and blocks until the running local runs have ended, at most for the configured
   * stop limit; all other requests are served meanwhile. A request whose run takes longer is
   * answered with 503 and the id of the run, which continues: it is in this host's journal. Then
   * stops listening. Repeated calls do nothing.
   */
  public void stop() {
    long begun = System.nanoTime();
    if (!isStopping.getAndSet(true)) {
      log.info("stopping; running local runs: {}", localRuns.running());
    }
    localRuns.stop(config.stopTimeout());
    followers.close();
    jetty.setStopTimeout(
        javalin.jettyServer().server(), config.stopTimeout().minusNanos(System.nanoTime() - begun));
    try {
      // Javalin's own stop treats running runs as an error
      javalin.jettyServer().server().stop();
    } catch (TimeoutException e) {
      log.warn("stopped with requests in progress; this host's journal has their runs");
    } catch (Exception e) { // exceptions of libraries while releasing resources
      log.error("cannot stop in good order", e);
    }
  }

  @Override
  public void close() {
    stop();
  }
}
