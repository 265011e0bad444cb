package dev.runregistry.http;

import static java.util.Objects.requireNonNull;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.Json;
import dev.runregistry.http.internal.message.PageJson;
import dev.runregistry.http.internal.message.RequestIds;
import dev.runregistry.http.internal.message.ValidationError;
import dev.runregistry.http.internal.request.BodyReader;
import dev.runregistry.http.internal.request.IdempotencyKey;
import dev.runregistry.http.internal.request.ListQuery;
import dev.runregistry.http.internal.request.RunRequestBody;
import dev.runregistry.http.internal.request.SubmitMode;
import dev.runregistry.http.internal.request.TraceContext;
import dev.runregistry.json.RunJson;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.idempotency.Acceptance;
import dev.runregistry.run.idempotency.Submission;
import dev.runregistry.run.query.RunHistogram;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.service.CancelResult;
import dev.runregistry.run.service.RunRegistry;
import io.javalin.http.Context;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Submits runs, and serves their records and their hosts. */
final class RunRoutes {
  /** The number of runs that were examined for a page, if there are more. */
  static final String SEARCH_WINDOW = "X-Search-Window";

  private static final String RETRY_SECONDS = "5";
  private static final String REQUESTER = "a client of the HTTP API";
  private static final byte[] CANCEL_REQUESTED =
      "{\"message\":\"Run cancellation requested\"}".getBytes(StandardCharsets.UTF_8);

  private final RunRegistry registry;
  private final ServerConfig config;
  private final BodyReader bodies;
  private final LocalRunLimiter localRuns;
  private final PageJson pageJson;
  // of synchronous local runs, by the id of their request
  private final Map<String, RunId> inProgress = new ConcurrentHashMap<>();

  RunRoutes(RunRegistry registry, ServerConfig config, LocalRunLimiter localRuns) {
    this.registry = registry;
    this.config = config;
    this.bodies = new BodyReader(config.maxBodyBytes(), config.requestTimeout());
    this.localRuns = localRuns;
    this.pageJson = new PageJson(config.showCommand());
  }

  void addTo(Routes routes) {
    routes.post("/api/tunix/run", this::submit);
    routes.get("/api/tunix/runs", this::list);
    routes.get("/api/tunix/runs/histogram", this::histogram); // before the route of any run
    routes.get("/api/tunix/runs/{run_id}", this::show);
    routes.get("/api/tunix/runs/{run_id}/config", this::showConfig);
    routes.get("/api/tunix/runs/{run_id}/status", this::showStatus);
    routes.post("/api/tunix/runs/{run_id}/cancel", this::cancel);
    routes.get("/api/tunix/requests/{request_id}", this::showRequest);
    routes.get("/api/hosts", this::listHosts);
  }

  private void submit(Context ctx) throws IOException {
    localRuns.requireRunning();
    SubmitMode mode = SubmitMode.of(ctx.queryString());
    Optional<String> key = IdempotencyKey.of(ctx);
    BodyReader.Known read = bodies.read(ctx, RunRequestBody.FIELDS, RunRequestBody.MAPS);
    Map<String, String> trace = TraceContext.variables(ctx);
    if (mode == SubmitMode.ASYNC) {
      enqueue(ctx, key, RunRequestBody.of(read, config.queueTimeLimit()), trace);
      return;
    }
    RunRequestBody body = RunRequestBody.of(read, config.localRunTimeout());
    Optional<Submission> earlier = key.flatMap(name -> earlier(name, body));
    if (earlier.isPresent()) {
      answer(ctx, earlier.get());
    } else if (body.dryRun()) {
      answer(ctx, execute(registry.newId(), key, body, trace));
    } else {
      RunId id = registry.newId();
      String request = ctx.res().getHeader(RequestIds.HEADER);
      CompletableFuture<Submission> run =
          startLocal(id, () -> tracked(request, id, () -> execute(id, key, body, trace)));
      ctx.future(() -> run.thenAccept(ended -> answer(ctx, ended)));
    }
  }

  private void enqueue(
      Context ctx, Optional<String> key, RunRequestBody body, Map<String, String> trace) {
    if (!registry.hasQueue()) {
      throw HttpProblem.of(501, "This server has no queue");
    }
    RunRequest request =
        body.toRequest(config.command(), config.queueTimeLimit()).withEnvironment(trace);
    QueueOptions options = new QueueOptions(body.priority(), 0);
    try {
      Acceptance.Accepted accepted =
          key.map(name -> enqueueOnce(name, body, request, options))
              .orElseGet(() -> new Acceptance.Accepted(registry.enqueue(request, options), false));
      answer(ctx, accepted.run(), accepted.replayed());
    } catch (QueueFullException e) {
      throw HttpProblem.of(429, "The queue is full; try again later")
          .withHeader("Retry-After", RETRY_SECONDS);
    }
  }

  private Acceptance.Accepted enqueueOnce(
      String key, RunRequestBody body, RunRequest request, QueueOptions options) {
    requireKeys();
    return registry
        .enqueueOnce(key, IdempotencyKey.fingerprint(body), registry.newId(), request, options)
        .match(
            accepted -> accepted,
            reused -> {
              throw IdempotencyKey.reused();
            });
  }

  private Optional<Submission> earlier(String key, RunRequestBody body) {
    requireKeys();
    return registry.findSubmission(key, IdempotencyKey.fingerprint(body));
  }

  private void requireKeys() {
    if (!registry.supportsIdempotency()) {
      throw HttpProblem.of(501, "This server keeps no idempotency keys");
    }
  }

  private Submission execute(
      RunId id, Optional<String> key, RunRequestBody body, Map<String, String> trace) {
    RunRequest request =
        body.toRequest(config.command(), config.localRunTimeout()).withEnvironment(trace);
    Submission done =
        key.map(name -> registry.submitOnce(name, IdempotencyKey.fingerprint(body), id, request))
            .orElseGet(() -> new Submission.Ended(registry.submit(id, request), false));
    if (done instanceof Submission.Ended ended && !ended.replayed()) {
      config.metrics().ended(ended.run());
    }
    return done;
  }

  private <T> CompletableFuture<T> startLocal(RunId id, Supplier<T> run) {
    RuntimeStatus runtime = registry.runtime(config.command());
    if (!runtime.available()) {
      throw HttpProblem.of(501, "Local runs are unavailable: " + runtime.message());
    }
    return localRuns
        .start(id, run)
        .orElseThrow(
            () ->
                HttpProblem.of(429, allBusy(config.maxLocalRuns()))
                    .withHeader("Retry-After", RETRY_SECONDS));
  }

  private <T> T tracked(@Nullable String request, RunId id, Supplier<T> run) {
    if (request == null) {
      return run.get();
    }
    inProgress.put(request, id);
    try {
      return run.get();
    } finally {
      inProgress.remove(request, id);
    }
  }

  /**
   * The id of the run that a POST waits for; null before its start is recorded and after its end.
   */
  private void showRequest(Context ctx) {
    Optional<RunId> id =
        Optional.ofNullable(inProgress.get(ctx.pathParam("request_id")))
            .filter(found -> registry.find(found).isPresent());
    Routes.json(
        ctx,
        Json.write(
            json -> {
              json.writeStartObject();
              json.writeStringField("run_id", id.map(RunId::toString).orElse(null));
              json.writeEndObject();
            }));
  }

  private static String allBusy(int slots) {
    return slots == 1
        ? "The only local slot is busy; try again later"
        : "All " + slots + " local slots are busy; try again later";
  }

  private void answer(Context ctx, Submission submission) {
    Submission.Ended done =
        submission.match(
            ended -> ended,
            inProgress -> {
              throw HttpProblem.of(
                      409, "The first request under this key is in progress: " + inProgress.id())
                  .withHeader("Retry-After", RETRY_SECONDS);
            },
            reused -> {
              throw IdempotencyKey.reused();
            });
    answer(ctx, done.run(), done.replayed());
  }

  private void answer(Context ctx, Run run, boolean replayed) {
    if (replayed) {
      ctx.header("Idempotent-Replayed", "true");
    }
    Routes.json(ctx, json(run, false, null, null));
  }

  private void list(Context ctx) {
    RunQuery query = ListQuery.read(ctx.queryString());
    RunPage page = registry.list(query);
    ListQuery.next(query, page)
        .ifPresent(next -> ctx.header("Link", "<" + next + ">; rel=\"next\""));
    if (page.searchedTo() != null) {
      ctx.header(SEARCH_WINDOW, String.valueOf(RunQuery.WINDOW));
    }
    Routes.json(ctx, pageJson.of(page, query));
  }

  private void histogram(Context ctx) {
    ListQuery.Histogram query = ListQuery.readHistogram(ctx.queryString());
    RunHistogram histogram = registry.histogram(query.filter(), query.zone());
    Routes.json(
        ctx, Json.write(json -> RunJson.writeHistogram(json, histogram, query.zone().getId())));
  }

  private void show(Context ctx) {
    Run run = run(ctx);
    boolean isCancelRequested =
        run.status() == RunStatus.RUNNING && registry.isCancelRequested(run.id());
    @Nullable UnseenHost unseen = registry.unseenHostOf(run).orElse(null);
    @Nullable String pendingReason = registry.lastPendingReason(run).orElse(null);
    Routes.json(ctx, json(run, isCancelRequested, unseen, pendingReason));
  }

  private byte[] json(
      Run run,
      boolean isCancelRequested,
      @Nullable UnseenHost unseen,
      @Nullable String pendingReason) {
    return Json.write(
        json ->
            RunJson.writeRun(
                json, run, isCancelRequested, unseen, pendingReason, config.showCommand()));
  }

  private void showConfig(Context ctx) {
    Run run = run(ctx);
    Routes.json(ctx, Json.write(json -> RunJson.writeConfig(json, run.spec())));
  }

  private void showStatus(Context ctx) {
    Run run = run(ctx);
    Routes.json(ctx, Json.write(json -> RunJson.writeStatus(json, run)));
  }

  private void cancel(Context ctx) {
    RunId id = runId(ctx);
    CancelResult result = registry.cancel(id, REQUESTER);
    switch (result.kind()) {
      case REQUESTED -> {
        config.metrics().cancellationRequested();
        config.onCancel().run();
      }
      case REQUESTED_BEFORE -> {}
      case ALREADY_FINAL ->
          throw HttpProblem.of(
              400, "Run is already in terminal state: " + requireNonNull(result.status()).text());
      case OUT_OF_REACH ->
          throw HttpProblem.of(
              409,
              "The run is on another host, which can only be reached from there: "
                  + Objects.requireNonNullElse(result.host(), "unknown"));
      case UNKNOWN -> throw noRun(id);
    }
    Routes.json(ctx, CANCEL_REQUESTED);
  }

  /** Read-only: that a host is gone for good is an operator's statement. */
  private void listHosts(Context ctx) {
    if (!registry.hasHosts()) {
      throw HttpProblem.of(501, "This server has no list of hosts");
    }
    List<KnownHost> hosts = registry.hosts();
    Routes.json(ctx, Json.write(json -> RunJson.writeHosts(json, hosts)));
  }

  private Run run(Context ctx) {
    RunId id = runId(ctx);
    return registry.find(id).orElseThrow(() -> noRun(id));
  }

  static HttpProblem noRun(RunId id) {
    return HttpProblem.of(404, "No run " + id);
  }

  /**
   * Returns the run id in the path.
   *
   * @throws HttpProblem 422 if it is not a run id
   */
  static RunId runId(Context ctx) {
    try {
      return RunId.parse(ctx.pathParam("run_id"));
    } catch (IllegalArgumentException e) {
      throw HttpProblem.unprocessable(
          List.of(
              new ValidationError(
                  List.of("path", "run_id"), "Input should be a valid UUID", "uuid_parsing")));
    }
  }
}
