package dev.runregistry.http;

import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.http.Context;
import java.nio.charset.StandardCharsets;

/** Says how the server and what it needs are doing. */
final class HealthRoutes {
  private static final byte[] HEALTHY = status("healthy");
  private static final byte[] READY = status("ready");

  private final RunRegistry registry;
  private final ServerConfig config;

  HealthRoutes(RunRegistry registry, ServerConfig config) {
    this.registry = registry;
    this.config = config;
  }

  void addTo(Routes routes) {
    routes.get("/api/health", ctx -> Routes.json(ctx, HEALTHY));
    routes.get("/api/health/ready", this::ready);
    routes.get("/api/tunix/status", this::runtime);
    routes.get("/metrics", this::metrics);
  }

  private static byte[] status(String status) {
    return "{\"status\":\"%s\"}".formatted(status).getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Answers when the database does; else the {@link RepositoryException} becomes the answer, as it
   * does everywhere.
   */
  private void ready(Context ctx) {
    registry.page(RunQuery.all().withLimit(1));
    Routes.json(ctx, READY);
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
