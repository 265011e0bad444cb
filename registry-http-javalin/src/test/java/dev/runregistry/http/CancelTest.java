package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.RealServer.running;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.run.Run;
import dev.runregistry.testkit.Runs;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients cancel runs of a real server, with real databases. */
class CancelTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  private RealServer server(RealDatabase engine) throws Exception {
    return new RealServer(
        engine.migrated(folder),
        folder.resolve("home"),
        settings -> running("echo up; sleep 1000").apply(settings).localRunTimeout(PATIENCE));
  }

  private static HttpResponse<String> cancel(TestClient server, Object id) {
    return server.send(
        server.request("/api/tunix/runs/" + id + "/cancel").POST(BodyPublishers.noBody()));
  }

  private static HttpResponse<String> status(TestClient server, Object id) {
    return server.get("/api/tunix/runs/" + id + "/status");
  }

  @ParameterizedTest
  @EnumSource
  void a_running_run_is_cancelled_and_the_request_can_be_repeated(RealDatabase engine)
      throws Exception {
    try (RealServer server = server(engine)) {
      CompletableFuture<HttpResponse<String>> posted =
          server.sendAsync(server.posting(body(false)));
      await().atMost(PATIENCE).until(() -> server.home.active().size() == 1);
      String id = server.home.active().get(0).toString();
      await()
          .atMost(PATIENCE)
          .until(() -> status(server, id).body().contains("\"status\":\"running\""));

      HttpResponse<String> answer = cancel(server, id);

      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.body()).isEqualTo("{\"message\":\"Run cancellation requested\"}");
      JsonNode run = json(posted.join());
      assertThat(run.get("status").textValue()).isEqualTo("cancelled");
      assertThat(run.get("exit_code").isNull()).isTrue();
      assertThat(run.get("completed_at").isNull()).isFalse();
      assertThat(run.get("message").textValue()).isEqualTo("Cancelled by a client of the HTTP API");
      assertThat(server.get("/api/tunix/runs/" + id).body()).isEqualTo(posted.join().body());
      assertThat(server.get("/metrics").body()).contains("registry_cancellations_total 1.0");

      HttpResponse<String> again = cancel(server, id);
      assertThat(again.statusCode()).isEqualTo(400);
      assertThat(json(again).get("detail").textValue())
          .isEqualTo("Run is already in terminal state: cancelled");
    }
  }

  /**
   * What was seen: until a POST was answered, its client could not tell which run it waited for.
   */
  @ParameterizedTest
  @EnumSource
  void the_run_that_a_request_waits_for_is_found_by_the_id_of_the_request(RealDatabase engine)
      throws Exception {
    try (RealServer server = server(engine)) {
      String path = "/api/tunix/requests/my-request.1";
      assertThat(server.get(path).body()).isEqualTo("{\"run_id\":null}");
      CompletableFuture<HttpResponse<String>> posted =
          server.sendAsync(server.posting(body(false)).header("X-Request-Id", "my-request.1"));
      await().atMost(PATIENCE).until(() -> !server.get(path).body().contains("null"));

      String id = json(server.get(path)).get("run_id").textValue();

      assertThat(server.home.active()).hasToString("[" + id + "]");
      assertThat(status(server, id).body()).contains("\"status\":\"running\"");
      assertThat(server.get("/api/tunix/requests/another").body()).isEqualTo("{\"run_id\":null}");
      cancel(server, id);
      assertThat(json(posted.join()).get("run_id").textValue()).isEqualTo(id);
      assertThat(server.get(path).body()).isEqualTo("{\"run_id\":null}");
    }
  }

  @Test
  void a_program_that_reconciles_learns_of_each_stored_request_once() throws Exception {
    AtomicInteger requests = new AtomicInteger();
    Run orphan = Runs.running();
    try (RealServer server =
        new RealServer(
            RealDatabase.SQLITE.migrated(folder),
            folder.resolve("home"),
            settings -> settings.onCancel(requests::incrementAndGet))) {
      server.home.begin(orphan);
      server.home.unlock(orphan.id());

      assertThat(cancel(server, orphan.id()).statusCode()).isEqualTo(200);
      assertThat(cancel(server, orphan.id()).statusCode()).isEqualTo(200);
      assertThat(cancel(server, Runs.id()).statusCode()).isEqualTo(404);

      assertThat(requests).hasValue(1);
    }
  }

  @Test
  void the_status_of_a_run_has_its_times_in_the_order_of_the_contract() throws Exception {
    try (RealServer server = server(RealDatabase.SQLITE)) {
      Run ended = Runs.ended(Runs.running(), Runs.exited(3));
      server.runs().save(ended);

      assertThat(status(server, ended.id()).body())
          .startsWith("{\"run_id\":\"" + ended.id() + "\",\"status\":\"failed\",\"queued_at\":\"")
          .matches(".*\"started_at\":\"[^\"]+\",\"completed_at\":\"[^\"]+\",\"exit_code\":3}\n?");
      assertThat(cancel(server, ended.id()).statusCode()).isEqualTo(400);
    }
  }

  @Test
  void what_cannot_be_cancelled_is_refused() throws Exception {
    try (RealServer server = server(RealDatabase.SQLITE)) {
      assertThat(cancel(server, Runs.id()).statusCode()).isEqualTo(404);
      assertThat(status(server, Runs.id()).statusCode()).isEqualTo(404);
      assertThat(cancel(server, "x").statusCode()).isEqualTo(422);
      assertThat(status(server, "x").statusCode()).isEqualTo(422);
      HttpResponse<String> got = server.get("/api/tunix/runs/" + Runs.id() + "/cancel");
      assertThat(got.statusCode()).isEqualTo(405);
      assertThat(got.headers().firstValue("Allow")).contains("POST");
    }
  }
}
