package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.RealServer.running;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Asynchronous runs: a real queue, real databases, real processes. */
class QueuedRunsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String ASYNC = "/api/tunix/run?mode=async";

  @TempDir private Path folder;

  private RealServer server(RealDatabase engine, String script) throws Exception {
    return new RealServer(engine.migrated(folder), folder.resolve("home"), running(script));
  }

  private static HttpResponse<String> enqueue(RealServer server, String body) {
    return server.send(server.posting(ASYNC, body));
  }

  private static JsonNode enqueued(RealServer server, String body) {
    HttpResponse<String> answer = enqueue(server, body);
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return json(answer);
  }

  private static JsonNode detail(RealServer server, JsonNode run) {
    return json(server.get("/api/tunix/runs/" + run.get("run_id").textValue()));
  }

  private static String status(RealServer server, JsonNode run) {
    return detail(server, run).get("status").textValue();
  }

  private static String with(String fields) {
    return body(false).replace("}", "," + fields + "}");
  }

  @ParameterizedTest
  @EnumSource
  void a_queued_run_is_pending_at_once_and_runs_later(RealDatabase engine) throws Exception {
    try (RealServer server = server(engine, "echo done")) {
      JsonNode run = enqueued(server, body(false));

      assertThat(run.get("status").textValue()).isEqualTo("pending");
      assertThat(run.get("message").textValue()).isEqualTo("Local execution pending");
      assertThat(run.get("stdout").textValue()).isEmpty();
      assertThat(run.get("exit_code").isNull()).isTrue();
      assertThat(run.get("completed_at").isNull()).isTrue();
      assertThat(run.get("duration_seconds").isNull()).isTrue();
      assertThat(run.get("output_dir").textValue()).contains(run.get("run_id").textValue());
      assertThat(detail(server, run)).isEqualTo(run);
      assertThat(server.get("/metrics").body()).contains("registry_queue_depth 1.0");

      server.dispatch();

      await().atMost(PATIENCE).until(() -> status(server, run).equals("completed"));
      assertThat(detail(server, run).get("stdout").textValue()).isEqualTo("done\n");
      assertThat(server.get("/metrics").body())
          .contains("registry_queue_depth 0.0", "registry_queue_wait_seconds_count 1");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_dry_run_can_be_queued_too(RealDatabase engine) throws Exception {
    try (RealServer server = server(engine, "true")) {
      JsonNode run = enqueued(server, body(true));
      assertThat(run.get("message").textValue()).isEqualTo("Dry-run execution pending");

      server.dispatch();

      await().atMost(PATIENCE).until(() -> status(server, run).equals("completed"));
      assertThat(detail(server, run).get("exit_code").isNull()).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_repeated_key_returns_the_queued_run(RealDatabase engine) throws Exception {
    try (RealServer server = server(engine, "true")) {
      HttpResponse<String> first =
          server.send(server.posting(ASYNC, body(false)).header("Idempotency-Key", "k1"));
      HttpResponse<String> second =
          server.send(server.posting(ASYNC, body(false)).header("Idempotency-Key", "k1"));
      HttpResponse<String> other =
          server.send(
              server.posting(ASYNC, with("\"priority\":5")).header("Idempotency-Key", "k1"));

      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(second.body()).isEqualTo(first.body());
      assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
      assertThat(other.statusCode()).isEqualTo(422);
      assertThat(server.registry.queueStatus().depth()).isEqualTo(1);

      server.dispatch();

      await().atMost(PATIENCE).until(() -> status(server, json(first)).equals("completed"));
    }
  }

  @Test
  void runs_of_a_higher_priority_start_first() throws Exception {
    try (RealServer server =
        server(RealDatabase.SQLITE, "echo $RUN_REGISTRY_RUN_ID >> " + folder + "/order; sleep 1")) {
      List<JsonNode> runs = new ArrayList<>();
      for (int priority : List.of(0, -7, 100, 50)) {
        runs.add(enqueued(server, with("\"priority\":" + priority)));
      }

      server.dispatch();

      await()
          .atMost(PATIENCE)
          .until(() -> runs.stream().allMatch(run -> status(server, run).equals("completed")));
      List<String> order = Files.readAllLines(folder.resolve("order"));
      assertThat(order.subList(0, 2)) // two slots
          .containsExactlyInAnyOrder(
              runs.get(2).get("run_id").textValue(), runs.get(3).get("run_id").textValue());
    }
  }

  @Test
  void a_full_queue_is_429_and_says_when_to_try_again() throws Exception {
    try (RealServer server = server(RealDatabase.SQLITE, "true")) {
      for (int i = 0; i < RealServer.QUEUE_MAX; i++) {
        enqueued(server, body(true));
      }

      HttpResponse<String> answer = enqueue(server, body(true));

      assertThat(answer.statusCode()).isEqualTo(429);
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      assertThat(answer.body()).contains("queue is full");
      assertThat(server.registry.queueStatus().depth()).isEqualTo(RealServer.QUEUE_MAX);
    }
  }

  @Test
  void a_missing_program_is_no_501_but_a_failed_run() throws Exception {
    try (RealServer server =
        new RealServer(
            RealDatabase.SQLITE.migrated(folder),
            folder.resolve("home"),
            settings -> settings.command(List.of("no-such-program", "{config}")))) {
      JsonNode run = enqueued(server, body(false));

      server.dispatch();

      await().atMost(PATIENCE).until(() -> status(server, run).equals("failed"));
      assertThat(detail(server, run).get("message").textValue()).contains("no-such-program");
    }
  }

  @Test
  void a_queued_run_has_the_time_limit_of_its_request() throws Exception {
    try (RealServer server = server(RealDatabase.SQLITE, "sleep 600")) {
      JsonNode run = enqueued(server, with("\"time_limit_seconds\":0.5"));

      server.dispatch();

      await().atMost(PATIENCE).until(() -> status(server, run).equals("timeout"));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "queue", "ASYNC"})
  void another_mode_is_422(String mode) throws Exception {
    try (RealServer server = server(RealDatabase.SQLITE, "true")) {
      HttpResponse<String> answer =
          server.send(server.posting("/api/tunix/run?mode=" + mode, body(true)));

      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(answer.body()).contains("\"query\",\"mode\"", "'sync' or 'async'");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"priority\":101",
        "\"priority\":1.5",
        "\"priority\":null",
        "\"time_limit_seconds\":0",
        "\"time_limit_seconds\":\"1\"",
        "\"time_limit_seconds\":1e300"
      })
  void a_field_outside_its_limits_is_422(String field) throws Exception {
    try (RealServer server = server(RealDatabase.SQLITE, "true")) {
      assertThat(enqueue(server, with(field)).statusCode()).isEqualTo(422);
    }
  }

  @Test
  void a_synchronous_run_may_not_exceed_the_limit_of_the_operator() throws Exception {
    try (RealServer server = server(RealDatabase.SQLITE, "true")) {
      HttpResponse<String> answer = server.post(with("\"time_limit_seconds\":30.001"));

      assertThat(answer.statusCode()).isEqualTo(422);
      assertThat(answer.body()).contains("less than or equal to 30");
      assertThat(server.post(with("\"time_limit_seconds\":30")).statusCode()).isEqualTo(200);
    }
  }
}
