package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.runregistry.run.Run;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The lines of the HTTP contract, one by one. */
class ContractTest {
  private static final String DRY_RUN = "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\"}";
  private static final String DESCRIBED =
      "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"name\":\"nightly\","
          + "\"tags\":{\"seed\":\"7\",\"empty\":\"\",\"api-token\":\"abcdef123\"},\"note\":\"one\\ntwo\","
          + "\"parent_run_id\":\"019a0000-0000-7000-8000-000000000001\"}";
  private static final String LOCAL =
      "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false}";

  private final ScriptedRunExecutor executor = ScriptedRunExecutor.endingWith(Runs.exited(0));
  private final TestServer server = TestServer.start(executor);

  @AfterEach
  void stop() {
    server.close();
  }

  private static List<String> keys(JsonNode object) {
    return object.properties().stream().map(java.util.Map.Entry::getKey).toList();
  }

  @Test
  void health_is_healthy_and_touches_no_database() {
    server.repository.setBroken(true);

    HttpResponse<String> answer = server.get("/api/health");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.body()).isEqualTo("{\"status\":\"healthy\"}");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
  }

  @Test
  void ready_is_200_when_the_database_answers_and_503_with_the_reason_when_not() {
    assertThat(server.get("/api/health/ready").body())
        .isEqualTo("{\"status\":\"ready\",\"runs_waiting\":0}");
    server.repository.setBroken(true);

    HttpResponse<String> answer = server.get("/api/health/ready");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(json(answer).get("detail").textValue()).startsWith("The database does not answer");
  }

  @Test
  void the_status_says_whether_the_runtime_is_available() {
    assertThat(server.get("/api/tunix/status").body())
        .isEqualTo(
            "{\"available\":true,\"version\":\"1.0\",\"runtime_required\":false,"
                + "\"message\":\"Available\"}");
    executor.willSay(new RuntimeStatus(false, null, "tunix: not found"));

    assertThat(server.get("/api/tunix/status").body())
        .isEqualTo(
            "{\"available\":false,\"version\":null,\"runtime_required\":true,"
                + "\"message\":\"tunix: not found\"}");
  }

  @Test
  void a_dry_run_is_answered_with_every_key_in_order_and_recorded() {
    HttpResponse<String> answer = server.post(DRY_RUN);

    assertThat(answer.statusCode()).isEqualTo(200);
    JsonNode run = json(answer);
    assertThat(keys(run))
        .containsExactly(
            "run_id",
            "status",
            "mode",
            "dataset_key",
            "model_id",
            "output_dir",
            "exit_code",
            "stdout",
            "stderr",
            "duration_seconds",
            "started_at",
            "completed_at",
            "message",
            "reason",
            "executor",
            "external_id",
            "host",
            "host_last_seen",
            "pending_reason",
            "name",
            "tags",
            "note",
            "parent_run_id",
            "user",
            "working_dir",
            "git_commit",
            "git_dirty",
            "command");
    assertThat(run.get("status").textValue()).isEqualTo("completed");
    assertThat(run.get("mode").textValue()).isEqualTo("dry-run");
    assertThat(run.get("reason").textValue()).isEqualTo("exited");
    assertThat(run.get("exit_code").isNull()).isTrue();
    String id = run.get("run_id").textValue();
    assertThat(run.get("output_dir").textValue()).isEqualTo("./output/tunix_run_" + id);
    assertThat(executor.executed()).isEmpty();
    assertThat(server.get("/api/tunix/runs/" + id).statusCode()).isEqualTo(200);
  }

  @Test
  void the_detail_returns_what_the_post_returned_field_for_field() {
    for (String body : List.of(DRY_RUN, LOCAL, DESCRIBED)) {
      HttpResponse<String> posted = server.post(body);

      HttpResponse<String> shown =
          server.get("/api/tunix/runs/" + json(posted).get("run_id").textValue());

      assertThat(shown.body()).isEqualTo(posted.body());
    }
  }

  @Test
  void the_configuration_of_a_run_is_what_it_was_asked_for() {
    HttpResponse<String> posted =
        server.post(
            "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false,"
                + "\"learning_rate\":0.5,\"num_epochs\":7,\"batch_size\":9,\"max_seq_length\":129,"
                + "\"weight_decay\":0,\"device\":\"cuda\"}");
    String run = "/api/tunix/runs/" + json(posted).get("run_id").textValue();
    String dryRun =
        "/api/tunix/runs/"
            + json(server.post("{\"dataset_key\":\"math-v1\",\"model_id\":\"m\"}"))
                .get("run_id")
                .textValue();

    assertThat(server.get(run + "/config").body())
        .isEqualTo(
            "{\"learning_rate\":0.5,\"num_epochs\":7,\"batch_size\":9,\"max_seq_length\":129,"
                + "\"weight_decay\":0.0,\"device\":\"cuda\",\"time_limit_seconds\":30.000000,"
                + "\"parent_run_id\":null}");
    assertThat(server.get(dryRun + "/config").body())
        .isEqualTo(
            "{\"learning_rate\":2.0E-5,\"num_epochs\":3,\"batch_size\":8,\"max_seq_length\":2048,"
                + "\"weight_decay\":0.01,\"device\":\"auto\",\"time_limit_seconds\":null,"
                + "\"parent_run_id\":null}");
    assertThat(server.get("/api/tunix/runs/" + Runs.id() + "/config").statusCode()).isEqualTo(404);
  }

  @Test
  void the_name_the_tags_the_note_and_the_parent_of_a_request_are_on_record() {
    JsonNode run = json(server.post(DESCRIBED));

    assertThat(run.get("name").textValue()).isEqualTo("nightly");
    assertThat(run.get("tags").toString())
        .isEqualTo("{\"api-token\":\"***\",\"empty\":\"\",\"seed\":\"7\"}");
    assertThat(run.get("note").textValue()).isEqualTo("one\ntwo");
    assertThat(run.get("parent_run_id").textValue())
        .isEqualTo("019a0000-0000-7000-8000-000000000001");
    JsonNode without = json(server.post(DRY_RUN));
    assertThat(without.get("name").isNull()).isTrue();
    assertThat(without.get("tags").toString()).isEqualTo("{}");
    assertThat(without.get("note").isNull()).isTrue();
    assertThat(without.get("parent_run_id").isNull()).isTrue();
  }

  @Test
  void a_dry_run_that_finds_something_wrong_is_200_and_failed() {
    JsonNode run = json(server.post("{\"dataset_key\":\"nowhere\",\"model_id\":\"m\"}"));

    assertThat(run.get("status").textValue()).isEqualTo("failed");
    assertThat(run.get("stdout").textValue()).isEmpty();
    assertThat(run.get("stderr").textValue()).contains("Step 1");
  }

  @Test
  void a_local_run_is_answered_with_its_exit_code_and_output() {
    JsonNode run = json(server.post(LOCAL));

    assertThat(run.get("mode").textValue()).isEqualTo("local");
    assertThat(run.get("exit_code").intValue()).isZero();
    assertThat(run.get("stdout").textValue()).isEqualTo("loss 0.25\n");
    assertThat(run.get("stderr").textValue()).isEqualTo("warning: slow\n");
  }

  @Test
  void a_local_run_starts_the_command_of_the_operator_with_its_time_limit() {
    server.post(
        "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false,\"command\":[\"rm\"]}");

    Run run = executor.executed().get(0);
    assertThat(run.spec().command()).containsExactly("tunix", "train", "--config", "{config}");
    assertThat(run.spec().timeLimit()).hasSeconds(30);
  }

  @Test
  void every_ending_of_a_run_is_written_as_it_is_on_record() throws Exception {
    for (Run run : Runs.ofEveryKind()) {
      server.repository.save(run);

      JsonNode shown = json(server.get("/api/tunix/runs/" + run.id()));

      assertThat(shown.get("status").textValue()).isEqualTo(run.status().text());
      assertThat(shown.get("mode").textValue()).isEqualTo(run.spec().mode().text());
      assertThat(shown.get("exit_code"))
          .isEqualTo(new ObjectMapper().readTree(String.valueOf(run.exitCode())));
      assertThat(shown.get("completed_at").isNull()).isEqualTo(run.completedAt() == null);
      assertThat(shown.get("duration_seconds").isNull()).isEqualTo(run.completedAt() == null);
    }
  }

  @Test
  void times_are_in_utc_with_microseconds_and_the_duration_is_their_difference() {
    server.repository.save(Runs.completed());

    JsonNode item = json(server.get("/api/tunix/runs")).get("data").get(0);
    JsonNode run = json(server.get("/api/tunix/runs/" + item.get("run_id").textValue()));

    assertThat(run.get("started_at").textValue()).isEqualTo("2026-11-22T12:00:00.123456Z");
    assertThat(run.get("completed_at").textValue()).isEqualTo("2026-11-22T12:00:01.358023Z");
    assertThat(run.get("duration_seconds").doubleValue()).isEqualTo(1.234567);
    assertThat(item.get("duration_seconds").doubleValue()).isEqualTo(1.234567);
  }

  @Test
  void local_mode_without_the_runtime_is_501_and_records_nothing() {
    executor.willSay(new RuntimeStatus(false, null, "tunix: not found"));

    HttpResponse<String> answer = server.post(LOCAL);

    assertThat(answer.statusCode()).isEqualTo(501);
    assertThat(json(answer).get("detail").textValue()).contains("tunix: not found");
    assertThat(json(server.get("/api/tunix/runs")).get("data")).isEmpty();
    assertThat(server.post(DRY_RUN).statusCode()).isEqualTo(200);
  }

  @Test
  void a_body_over_the_limit_is_413_and_one_at_the_limit_is_not() {
    String padding = "x".repeat((1 << 20) - DRY_RUN.length() - "\"other\":\"\",".length());
    String whole = DRY_RUN.replace("{", "{\"other\":\"" + padding + "\",");

    assertThat(server.post(whole).statusCode()).isEqualTo(200);
    HttpResponse<String> answer = server.post(whole + " ");

    assertThat(answer.statusCode()).isEqualTo(413);
    assertThat(json(answer).get("detail").textValue()).contains("1048576 bytes");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/json-patch+json",
        "application/json; charset=iso-8859-1"
      })
  void a_body_that_is_not_json_is_415(String type) {
    HttpResponse<String> answer =
        server.send(
            server
                .request("/api/tunix/run")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(DRY_RUN)));

    assertThat(answer.statusCode()).isEqualTo(415);
  }

  @Test
  void json_with_its_charset_named_is_accepted() {
    HttpResponse<String> answer =
        server.send(
            server
                .request("/api/tunix/run")
                .header("Content-Type", "Application/JSON; charset=UTF-8")
                .POST(BodyPublishers.ofString(DRY_RUN)));

    assertThat(answer.statusCode()).isEqualTo(200);
  }

  @Test
  void an_unknown_run_is_a_404_with_a_reason() {
    String id = Runs.id().toString();

    HttpResponse<String> answer = server.get("/api/tunix/runs/" + id);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(json(answer).get("detail").textValue()).isEqualTo("No run " + id);
  }

  @ParameterizedTest
  @ValueSource(strings = {"7", "1-1-1-1-1", "a%20b", "'%20or%201=1", "..%2e", "%F0%9F%92%A9"})
  void an_id_that_is_not_a_uuid_is_422(String id) {
    HttpResponse<String> answer = server.get("/api/tunix/runs/" + id);

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body())
        .isEqualTo(
            "{\"detail\":[{\"loc\":[\"path\",\"run_id\"],"
                + "\"msg\":\"Input should be a valid UUID\",\"type\":\"uuid_parsing\"}]}");
  }

  @ParameterizedTest
  @CsvSource({
    "DELETE, /api/tunix/runs, 'GET, HEAD'",
    "PUT, /api/tunix/run, POST",
    "GET, /api/tunix/run, POST",
    "PATCH, /api/tunix/runs/7, 'GET, HEAD'",
    "OPTIONS, /api/health, 'GET, HEAD'",
    "DELETE, /api/tunix/runs/01900000-0000-7000-8000-000000000000, 'GET, HEAD'",
  })
  void any_other_method_on_a_known_path_is_405_with_allow(
      String method, String path, String allow) {
    HttpResponse<String> answer =
        server.send(server.request(path).method(method, BodyPublishers.noBody()));

    assertThat(answer.statusCode()).isEqualTo(405);
    assertThat(answer.headers().firstValue("Allow")).contains(allow);
    assertThat(answer.body()).isEqualTo("{\"detail\":\"Method Not Allowed\"}");
  }

  @Test
  void no_route_deletes_changes_or_repeats_a_run() {
    HttpResponse<String> posted = server.post(DRY_RUN);
    String path = "/api/tunix/runs/" + json(posted).get("run_id").textValue();

    for (String method : List.of("DELETE", "PATCH", "PUT", "POST")) {
      for (String known : List.of(path, "/api/tunix/runs")) {
        assertThat(
                server
                    .send(server.request(known).method(method, BodyPublishers.noBody()))
                    .statusCode())
            .isEqualTo(405);
      }
      for (String none : List.of("/retry", "/rerun")) {
        assertThat(
                server
                    .send(server.request(path + none).method(method, BodyPublishers.noBody()))
                    .statusCode())
            .isEqualTo(404);
      }
    }
    assertThat(server.get(path).body()).isEqualTo(posted.body());
  }

  @Test
  void a_cancelled_run_has_no_exit_code_and_its_configuration_the_run_that_it_repeats() {
    Run parent = Runs.completed();
    Run run = Runs.ended(Runs.running(Runs.repeating(parent.id()), Runs.NOON), Runs.cancelled());
    server.repository.save(run);

    JsonNode shown = json(server.get("/api/tunix/runs/" + run.id()));
    JsonNode config = json(server.get("/api/tunix/runs/" + run.id() + "/config"));

    assertThat(shown.get("status").textValue()).isEqualTo("cancelled");
    assertThat(shown.get("reason").textValue()).isEqualTo("cancelled");
    assertThat(shown.get("exit_code").isNull()).isTrue();
    assertThat(shown.get("duration_seconds").decimalValue()).isEqualTo("1.234567");
    assertThat(shown.get("message").textValue())
        .isEqualTo("Cancelled by ann; 1 process was left running");
    assertThat(config.get("parent_run_id").textValue()).isEqualTo(parent.id().toString());
  }

  @Test
  void a_command_of_the_users_own_has_no_training_and_no_output_folder() {
    Run run =
        Runs.ended(Runs.running(Runs.commandOf("x.py", "--lr", "1"), Runs.NOON), Runs.exited(0));
    server.repository.save(run);

    JsonNode shown = json(server.get("/api/tunix/runs/" + run.id()));

    assertThat(shown.get("output_dir").isNull()).isTrue();
    assertThat(server.get("/api/tunix/runs/" + run.id() + "/config").body())
        .isEqualTo(
            "{\"learning_rate\":null,\"num_epochs\":null,\"batch_size\":null,\"max_seq_length\":null,"
                + "\"weight_decay\":null,\"device\":null,\"time_limit_seconds\":0.001000,"
                + "\"parent_run_id\":null}");
  }

  @Test
  void what_the_request_does_not_say_has_the_default_of_the_contract() {
    String id = json(server.post(LOCAL)).get("run_id").textValue();

    Run run = executor.executed().get(0);
    assertThat(run.spec().training()).isEqualTo(new TrainingConfig(2e-5, 3, 8, 2048));
    assertThat(run.spec().outputDir()).isEqualTo("./output/tunix_run_" + id);
    assertThat(json(server.post(DRY_RUN)).get("mode").textValue()).isEqualTo("dry-run");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api", "/api/", "/api/tunix", "/api/tunix/runs/7/8", "/api/x", "/x"})
  void any_other_path_is_404_as_json(String path) {
    HttpResponse<String> answer = server.get(path);

    assertThat(answer.statusCode()).isEqualTo(404);
    assertThat(answer.body()).isEqualTo("{\"detail\":\"Not Found\"}");
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
  }

  @Test
  void head_answers_as_get_does_without_the_body() {
    HttpResponse<String> known =
        server.send(server.request("/api/health").method("HEAD", BodyPublishers.noBody()));
    HttpResponse<String> unknown =
        server.send(
            server.request("/api/tunix/runs/" + Runs.id()).method("HEAD", BodyPublishers.noBody()));

    assertThat(known.statusCode()).isEqualTo(200);
    assertThat(known.body()).isEmpty();
    assertThat(known.headers().firstValue("Content-Length")).contains("20");
    assertThat(unknown.statusCode()).isEqualTo(404);
  }
}
