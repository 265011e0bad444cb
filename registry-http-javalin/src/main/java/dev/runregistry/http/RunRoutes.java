package dev.runregistry.http;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunPage;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Submits runs and shows what is on record. */
final class RunRoutes {
  private static final String RETRY_SECONDS = "5";

  private final RunRegistry registry;
  private final ServerConfig config;
  private final RequestBody requestBody;
  private final LocalRuns localRuns;

  RunRoutes(RunRegistry registry, ServerConfig config, LocalRuns localRuns) {
    this.registry = registry;
    this.config = config;
    this.requestBody = new RequestBody(config);
    this.localRuns = localRuns;
  }

  void addTo(Routes routes) {
    routes.post("/api/tunix/run", this::submit);
    routes.get("/api/tunix/runs", this::list);
    routes.get("/api/tunix/runs/{run_id}", this::show);
  }

  private void submit(Context ctx) throws IOException {
    RunBody body = RunBody.read(requestBody.read(ctx));
    RunRequest request = body.toRequest(config.command(), config.localTimeLimit());
    if (body.dryRun()) {
      answer(ctx, registry.submit(request));
    } else {
      CompletableFuture<Run> run = startLocal(request);
      ctx.future(() -> run.thenAccept(ended -> answer(ctx, ended)));
    }
  }

  private CompletableFuture<Run> startLocal(RunRequest request) {
    RuntimeStatus runtime = registry.runtime(config.command());
    if (!runtime.available()) {
      throw Refusal.of(501, "Local runs are not possible here: " + runtime.message());
    }
    return localRuns
        .start(() -> registry.submit(request))
        .orElseThrow(
            () ->
                Refusal.of(429, config.maxLocalRuns() + " local runs are going on; try again later")
                    .withHeader("Retry-After", RETRY_SECONDS));
  }

  private void answer(Context ctx, Run run) {
    config.metrics().ended(run);
    Routes.json(ctx, RunJson.run(run));
  }

  private void list(Context ctx) {
    RunQuery query = PageRequest.read(ctx.queryString());
    RunPage page = registry.page(query);
    if (page.hasNext()) {
      ctx.header("Link", "<" + PageRequest.next(query, page) + ">; rel=\"next\"");
    }
    Routes.json(ctx, RunJson.page(page, query));
  }

  private void show(Context ctx) {
    RunId id = runId(ctx);
    Run run = registry.find(id).orElseThrow(() -> Refusal.of(404, "No run " + id));
    Routes.json(ctx, RunJson.run(run));
  }

  /**
   * The id in the path.
   *
   * @throws Refusal 422 if it is none
   */
  static RunId runId(Context ctx) {
    try {
      return RunId.parse(ctx.pathParam("run_id"));
    } catch (IllegalArgumentException e) {
      throw Refusal.unprocessable(
          List.of(
              new Problem(
                  List.of("path", "run_id"), "Input should be a valid UUID", "uuid_parsing")));
    }
  }
}
