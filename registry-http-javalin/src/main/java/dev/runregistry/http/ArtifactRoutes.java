package dev.runregistry.http;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.Json;
import dev.runregistry.http.internal.output.FileResponse;
import dev.runregistry.http.internal.output.MetricLines;
import dev.runregistry.http.internal.output.OutputDirectory;
import dev.runregistry.json.LastMetrics;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.http.Context;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Serves the files in the output directory of a run, and the metrics that it has written there. */
final class ArtifactRoutes {
  static final String DOWNLOAD = "/api/tunix/runs/{run_id}/artifacts/{filename}/download";

  /** The number of lines of the metrics that are no JSON. */
  static final String SKIPPED_LINES = "X-Skipped-Lines";

  /** Set if the file with the metrics is too large: these are the last ones. */
  static final String METRICS_TRUNCATED = "X-Metrics-Truncated";

  private final RunRegistry registry;
  private final Path root;

  ArtifactRoutes(RunRegistry registry, Path root) {
    this.registry = registry;
    this.root = root;
  }

  void addTo(Routes routes) {
    routes.get("/api/tunix/runs/{run_id}/metrics", this::metrics);
    routes.get("/api/tunix/runs/{run_id}/artifacts", this::list);
    routes.get(DOWNLOAD, this::download);
  }

  private Run run(Context ctx) {
    RunId id = RunRoutes.runId(ctx);
    return registry.find(id).orElseThrow(() -> RunRoutes.noRun(id));
  }

  private void metrics(Context ctx) throws IOException {
    Optional<FileChannel> found = OutputDirectory.of(run(ctx), root).open(LastMetrics.FILE);
    if (found.isEmpty()) {
      ctx.header(SKIPPED_LINES, "0");
      Routes.json(ctx, "[]".getBytes(StandardCharsets.US_ASCII));
      return;
    }
    try (FileChannel file = found.get()) {
      MetricLines lines = MetricLines.of(file);
      ctx.header(SKIPPED_LINES, String.valueOf(lines.skipped()));
      if (lines.isTruncated()) {
        ctx.header(METRICS_TRUNCATED, "true");
      }
      ctx.contentType(Json.MEDIA_TYPE);
      if (!ctx.method().name().equals("HEAD")) {
        try (OutputStream out = new BufferedOutputStream(ctx.outputStream(), 64 * 1024)) {
          lines.writeTo(out);
        }
      }
    }
  }

  private void list(Context ctx) throws IOException {
    Run run = run(ctx);
    Map<String, Long> files = OutputDirectory.of(run, root).files();
    byte[] body =
        Json.write(
            json -> {
              json.writeStartObject();
              json.writeArrayFieldStart("artifacts");
              for (Map.Entry<String, Long> file : files.entrySet()) {
                json.writeStartObject();
                json.writeStringField("name", file.getKey());
                json.writeNumberField("size", file.getValue());
                json.writeStringField("path", run.spec().outputDir() + "/" + file.getKey());
                json.writeEndObject();
              }
              json.writeEndArray();
              json.writeEndObject();
            });
    Routes.json(ctx, body);
  }

  private void download(Context ctx) throws IOException {
    String name = ctx.pathParam("filename");
    Optional<FileChannel> found = OutputDirectory.of(run(ctx), root).open(name);
    if (found.isEmpty()) {
      throw HttpProblem.of(404, "Artifact not found");
    }
    try (FileChannel file = found.get()) {
      ctx.header("Content-Disposition", disposition(name));
      FileResponse.send(ctx, "application/octet-stream", file, 0, file.size());
    }
  }

  /** Returns the name in ASCII for old clients, and the exact one. */
  private static String disposition(String name) {
    return "attachment; filename=\"%s\"; filename*=UTF-8''%s"
        .formatted(
            name.replaceAll("[^ -~]|[\"\\\\%]", "_"),
            URLEncoder.encode(name, StandardCharsets.UTF_8)
                .replace("+", "%20")
                .replace("*", "%2A"));
  }
}
