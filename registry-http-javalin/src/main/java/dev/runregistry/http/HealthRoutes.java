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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reports the health of the server and of its dependencies. */
final class HealthRoutes {
  private static final Logger log = LoggerFactory.getLogger(HealthRoutes.class);
  private static final byte[] HEALTHY = "{\"status\":\"healthy\"}".getBytes(StandardCharsets.UTF_8);

  private final RunRegistry registry;
  private final ServerConfig config;
  private final LocalRunLimiter localRuns;

  HealthRoutes(RunRegistry registry, ServerConfig config, LocalRunLimiter localRuns) {
    this.registry = registry;
    this.config = config;
    this.localRuns = localRuns;
  }

  void addTo(Routes routes) {
    routes.get("/api/health", Access.PROBE, ctx -> Routes.json(ctx, HEALTHY));
    routes.get("/api/health/ready", Access.PROBE, this::ready);
    routes.get("/api/tunix/status", this::runtime);
    routes.get("/metrics", this::metrics);
  }

  /**
   * Responds 200 if a run could be started and recorded, else 503; both with the number of runs
   * that are not yet in the database.
   */
  private void ready(Context ctx) {
    localRuns.requireRunning();
    int waiting = waiting();
    requireJournal();
    requireQueue();
    try {
      registry.ping();
    } catch (RepositoryException e) {
      log.warn("not ready: {}", e.getMessage());
      throw HttpProblem.of(
          503, "The database does not answer; ended runs that wait for it: " + waiting);
    }
    Routes.json(ctx, ready(waiting));
  }

  private void requireJournal() {
    try {
      registry.probeJournal();
    } catch (JournalException e) {
      log.warn("not ready: {}", e.getMessage());
      throw HttpProblem.of(503, "The journal of this host cannot be written");
    }
  }

  private void requireQueue() {
    if (!registry.hasQueue()) {
      return;
    }
    try {
      registry.queueStatus();
    } catch (JournalException e) {
      log.warn("not ready: {}", e.getMessage());
      throw HttpProblem.of(503, "The queue of this host cannot be read");
    }
  }

  private int waiting() {
    try {
      return registry.pendingEndings();
    } catch (JournalException e) {
      log.warn("not ready: {}", e.getMessage());
      throw HttpProblem.of(503, "The journal of this host cannot be read");
    }
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
    byte[] body = config.metrics().scrape().getBytes(StandardCharsets.UTF_8);
    Routes.send(ctx, "text/plain; version=0.0.4; charset=utf-8", body);
  }
}
