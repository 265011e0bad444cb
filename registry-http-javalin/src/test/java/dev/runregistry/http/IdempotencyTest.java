package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyTest {
  private static final String DRY_RUN = "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\"}";
  private static final String LOCAL =
      "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false}";
  private static final String KEY = "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"";

  private final CountDownLatch over = new CountDownLatch(1);
  private final ScriptedRunExecutor executor =
      ScriptedRunExecutor.playing(
          running -> {
            over.await();
            return Runs.exited(3);
          });
  private final TestServer server = TestServer.start(executor, s -> s.maxLocalRuns(1));

  @AfterEach
  void stop() {
    over.countDown();
    server.close();
  }

  private HttpResponse<String> post(String key, String body) {
    return server.send(server.posting(body).header("Idempotency-Key", key));
  }

  private int recorded() {
    return json(server.get("/api/tunix/runs")).get("data").size();
  }

  @Test
  void a_repeated_key_returns_the_first_run_instead_of_a_second_one() {
    over.countDown();
    for (String body : List.of(DRY_RUN, LOCAL)) {
      HttpResponse<String> first = post(body.length() + "", body);
      HttpResponse<String> second = post(body.length() + "", body);

      assertThat(first.statusCode()).isEqualTo(200);
      assertThat(first.headers().firstValue("Idempotent-Replayed")).isEmpty();
      assertThat(second.statusCode()).isEqualTo(200);
      assertThat(second.body()).isEqualTo(first.body());
      assertThat(second.headers().firstValue("Idempotent-Replayed")).contains("true");
    }
    assertThat(recorded()).isEqualTo(2);
  }

  @Test
  void the_same_request_written_differently_is_the_same() {
    HttpResponse<String> first = post(KEY, DRY_RUN);
    HttpResponse<String> second =
        post(KEY, "{ \"model_id\":\"m\", \"num_epochs\":3.0, \"dataset_key\":\"math-v1\" }");

    assertThat(second.body()).isEqualTo(first.body());
  }

  @Test
  void a_different_body_with_the_same_key_is_422() {
    post(KEY, DRY_RUN);

    HttpResponse<String> answer = post(KEY, DRY_RUN.replace("}", ",\"batch_size\":9}"));

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(json(answer).get("detail").get(0).get("loc").toString())
        .isEqualTo("[\"header\",\"idempotency-key\"]");
    assertThat(recorded()).isEqualTo(1);
  }

  @Test
  void a_different_name_tag_note_or_parent_with_the_same_key_is_422() {
    String named = DRY_RUN.replace("}", ",\"name\":\"n\",\"tags\":{\"b\":\"1\",\"a\":\"2\"}}");
    HttpResponse<String> first = post(KEY, named);

    assertThat(
            post(KEY, named.replace("\"b\":\"1\",\"a\":\"2\"", "\"a\":\"2\",\"b\":\"1\"")).body())
        .isEqualTo(first.body());
    for (String other :
        List.of(
            DRY_RUN,
            named.replace("\"n\"", "\"m\""),
            named.replace("\"2\"", "\"3\""),
            DRY_RUN.replace("}", ",\"name\":\"n\",\"note\":\"x\"}"),
            DRY_RUN.replace("}", ",\"parent_run_id\":\"019a0000-0000-7000-8000-000000000001\"}"))) {
      assertThat(post(KEY, other).statusCode()).as(other).isEqualTo(422);
    }
    assertThat(recorded()).isEqualTo(1);
  }

  @Test
  void a_run_in_progress_is_409_even_when_no_other_run_has_room() {
    CompletableFuture<HttpResponse<String>> first =
        server.sendAsync(server.posting(LOCAL).header("Idempotency-Key", KEY));
    await().atMost(Duration.ofMinutes(2)).until(() -> executor.executed().size() == 1);

    HttpResponse<String> second = post(KEY, LOCAL);

    assertThat(second.statusCode()).isEqualTo(409);
    assertThat(json(second).get("detail").textValue())
        .contains(executor.executed().get(0).id().toString());
    assertThat(post("other", LOCAL).statusCode()).isEqualTo(429);
    over.countDown();
    assertThat(first.join().statusCode()).isEqualTo(200);
    assertThat(post(KEY, LOCAL).body()).isEqualTo(first.join().body());
    await().atMost(Duration.ofMinutes(2)).until(() -> post("other", LOCAL).statusCode() == 200);
  }

  @Test
  void many_at_once_with_one_key_start_one_run() {
    over.countDown();
    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 20)
            .mapToObj(i -> server.sendAsync(server.posting(DRY_RUN).header("Idempotency-Key", KEY)))
            .toList();

    assertThat(answers).allSatisfy(a -> assertThat(a.join().statusCode()).isIn(200, 409));
    assertThat(recorded()).isEqualTo(1);
  }

  @Test
  void what_was_refused_did_not_use_up_its_key() {
    executor.willSay(new RuntimeStatus(false, null, "tunix: not found"));
    assertThat(post(KEY, LOCAL).statusCode()).isEqualTo(501);
    executor.willSay(new RuntimeStatus(true, null, "tunix is there"));
    over.countDown();

    assertThat(post(KEY, LOCAL).statusCode()).isEqualTo(200);
  }

  @Test
  void a_request_with_a_key_is_503_and_starts_nothing_while_the_database_is_away() {
    server.repository.setBroken(true);

    assertThat(post(KEY, LOCAL).statusCode()).isEqualTo(503);
    assertThat(post(KEY, DRY_RUN).statusCode()).isEqualTo(503);
    assertThat(server.post(DRY_RUN).statusCode()).as("without a key").isEqualTo(200);
    server.repository.setBroken(false);
    assertThat(executor.executed()).isEmpty();
    assertThat(recorded()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {" ", "a b", "k\u00e4y"})
  void a_key_that_is_none_is_422(String key) {
    HttpResponse<String> answer =
        RawRequest.send(
            server,
            "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                + "Idempotency-Key: "
                + key
                + "\r\nContent-Length: "
                + DRY_RUN.length()
                + "\r\n\r\n"
                + DRY_RUN);

    assertThat(answer.statusCode()).isEqualTo(422);
  }

  @Test
  void a_key_of_256_characters_is_422() {
    assertThat(post("k".repeat(255), DRY_RUN).statusCode()).isEqualTo(200);
    assertThat(post("k".repeat(256), DRY_RUN).statusCode()).isEqualTo(422);
  }
}
