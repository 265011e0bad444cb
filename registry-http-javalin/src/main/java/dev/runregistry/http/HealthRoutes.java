package dev.runregistry.http;

import dev.runregistry.http.internal.guard.Access;
import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.Json;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports the health of the server and of its dependencies. */
final class HealthRoutes {
  static final String METRICS = "/metrics";

  private static final Logger log = LoggerFactory.getLogger(HealthRoutes.class);
  private static final byte[] HEALTHY = "{\"status\":\"healthy\"}".getBytes(StandardCharsets.UTF_8);

  private final RunRegistry registry;
  private final ServerConfig config;
  private final LocalRunLimiter localRuns;
  private final AtomicBoolean wasReady = new AtomicBoolean(true);

  HealthRoutes(RunRegistry registry, ServerConfig config, LocalRunLimiter localRuns) {
    this.registry = registry;
    this.config = config;
    this.localRuns = localRuns;
  }

  void addTo(Routes routes) {
    routes.get("/api/health", Access.PROBE, ctx -> Routes.json(ctx, HEALTHY));
    routes.get("/api/health/ready", Access.PROBE, this::ready);
    routes.get("/api/tunix/status", this::runtime);
    routes.get(METRICS, this::metrics);
  }

  /**
   * Responds 200 if a run could be started and recorded, else 503; both with the number of runs
   * that are not yet in the database. Only changes are logged: a probe comes every few seconds.
   */
  private void ready(Context ctx) {
    int waiting;
    try {
      localRuns.requireRunning();
      waiting = requireReady();
    } catch (HttpProblem e) {
      ExceptionMappers.answer(ctx, e);
      return;
    }
    if (!wasReady.getAndSet(true)) {
      log.info("ready again");
    }
    Routes.json(ctx, ready(waiting));
  }

  private int requireReady() {
    int waiting;
    try {
      waiting = registry.pendingEndings();
    } catch (JournalException e) {
      throw notReady("The journal of this host cannot be read", e);
    }
    try {
      registry.probeJournal();
    } catch (JournalException e) {
      throw notReady("The journal of this host cannot be written", e);
    }
    try {
      if (registry.hasQueue()) {
        registry.queueStatus();
      }
    } catch (JournalException e) {
      throw notReady("The queue of this host cannot be read", e);
    }
    try {
      registry.ping();
    } catch (RepositoryException e) {
      throw notReady("The database does not answer; ended runs that wait for it: " + waiting, e);
    }
    return waiting;
  }

  private HttpProblem notReady(String detail, RuntimeException cause) {
    if (wasReady.getAndSet(false)) {
      log.warn("not ready: {}", cause.getMessage());
    }
    return HttpProblem.of(503, detail);
  }

  private static byte[] ready(int waiting) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeStringField("status", "ready");
          json.writeNumberField("runs_waiting", waiting);
          json.writeEndObject();
        });
  }

  private void runtime(Context ctx) {
    RuntimeStatus runtime = registry.runtime(config.command());
    byte[] body =
        Json.write(
            json -> {
              json.writeStartObject();
              json.writeBooleanField("available", runtime.available());
              json.writeStringField("version", runtime.version());
              json.writeBooleanField("runtime_required", !runtime.available());
              json.writeStringField("message", runtime.message());
              json.writeEndObject();
            });
    Routes.json(ctx, body);
  }

  private void metrics(Context ctx) {
    String found =
        config
            .metrics()
            .scrape()
            .orElseThrow(() -> HttpProblem.of(404, "The program exports its metrics itself"));
    byte[] body = found.getBytes(StandardCharsets.UTF_8);
    Routes.send(ctx, "text/plain; version=0.0.4; charset=utf-8", body);
  }
}
