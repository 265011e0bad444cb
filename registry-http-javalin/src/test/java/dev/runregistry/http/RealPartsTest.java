package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.RealServer.running;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Real databases, real processes, a real socket. */
class RealPartsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private static final String PRINTS_PATHS =
      "#!/bin/sh\necho \"$0: line 1: deprecated\" >&2\necho \"tunix 0.3.1 from $0\"\n";

  @TempDir private Path folder;

  private RealServer server(RealDatabase engine, String script) throws Exception {
    return new RealServer(engine.migrated(folder), folder.resolve("home"), running(script));
  }

  private static List<CompletableFuture<HttpResponse<String>>> many(
      int number, TestClient server, boolean dryRun) {
    return IntStream.range(0, number)
        .mapToObj(i -> server.sendAsync(server.posting(body(dryRun))))
        .toList();
  }

  @ParameterizedTest
  @EnumSource
  void a_dry_run_of_a_real_data_set_passes_and_is_found_again(RealDatabase engine)
      throws Exception {
    try (RealServer server = server(engine, "true")) {
      HttpResponse<String> posted = server.post(body(true));

      assertThat(json(posted).get("status").textValue()).isEqualTo("completed");
      String id = json(posted).get("run_id").textValue();
      assertThat(server.get("/api/tunix/runs/" + id).body()).isEqualTo(posted.body());
      assertThat(json(server.get("/api/tunix/runs")).get("data").get(0).get("run_id").textValue())
          .isEqualTo(id);
      assertThat(server.active()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_local_run_is_a_process_with_its_configuration(RealDatabase engine) throws Exception {
    try (RealServer server = server(engine, "cat \"$1\"; echo oops >&2; exit 3")) {
      HttpResponse<String> posted = server.post(body(false));

      JsonNode run = json(posted);
      assertThat(run.get("status").textValue()).isEqualTo("failed");
      assertThat(run.get("exit_code").intValue()).isEqualTo(3);
      assertThat(run.get("stdout").textValue()).contains("tunix_sft", "num_epochs: 3");
      assertThat(run.get("stderr").textValue()).isEqualTo("oops\n");
      String id = run.get("run_id").textValue();
      assertThat(server.get("/api/tunix/runs/" + id).body()).isEqualTo(posted.body());
      assertThat(server.get("/api/tunix/runs/" + id + "/logs/stderr").body()).isEqualTo("oops\n");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_run_over_its_time_limit_is_a_timeout_with_what_it_printed(RealDatabase engine)
      throws Exception {
    try (RealServer server =
        new RealServer(
            engine.migrated(folder),
            folder.resolve("home"),
            settings ->
                running("echo begun; sleep 600")
                    .apply(settings)
                    .localRunTimeout(Duration.ofSeconds(1)))) {
      JsonNode run = json(server.post(body(false)));

      assertThat(run.get("status").textValue()).isEqualTo("timeout");
      assertThat(run.get("exit_code").isNull()).isTrue();
      assertThat(run.get("stdout").textValue()).isEqualTo("begun\n");
    }
  }

  @Test
  void a_log_can_be_read_while_its_run_goes_on() throws Exception {
    String script = "echo first; while [ ! -e " + folder + "/go ]; do sleep 0.1; done; echo last";
    try (RealServer server = server(RealDatabase.SQLITE, script)) {
      CompletableFuture<HttpResponse<String>> answer =
          server.sendAsync(server.posting(body(false)));
      await().atMost(PATIENCE).until(() -> runningIds(server).size() == 1);
      String log = "/api/tunix/runs/" + runningIds(server).get(0) + "/logs/stdout";
      await()
          .atMost(PATIENCE)
          .untilAsserted(() -> assertThat(server.get(log).body()).isEqualTo("first\n"));

      Files.createFile(folder.resolve("go"));

      answer.join();
      assertThat(server.get(log + "?tail=1").body()).isEqualTo("last\n");
    }
  }

  private static List<String> runningIds(TestClient server) {
    List<String> ids = new ArrayList<>();
    json(server.get("/api/tunix/runs?status=running"))
        .get("data")
        .forEach(item -> ids.add(item.get("run_id").textValue()));
    return ids;
  }

  @Test
  void a_program_that_is_not_there_is_501_and_the_status_says_so() throws Exception {
    try (RealServer server =
        new RealServer(
            RealDatabase.SQLITE.migrated(folder),
            folder.resolve("home"),
            settings -> settings.command(List.of("/opt/no/such/tunix", "train")))) {
      assertThat(json(server.get("/api/tunix/status")).get("available").booleanValue()).isFalse();
      assertThat(server.post(body(false)).statusCode()).isEqualTo(501);
      assertThat(server.post(body(false)).body()).doesNotContain("/opt");
      assertThat(json(server.get("/api/tunix/runs")).get("data")).isEmpty();
    }
  }

  @Test
  void the_status_shows_no_path_of_the_server_that_its_program_printed() throws Exception {
    Path program = Files.writeString(folder.resolve("tunix"), PRINTS_PATHS);
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    try (RealServer server =
        new RealServer(
            RealDatabase.SQLITE.migrated(folder),
            folder.resolve("home"),
            settings -> settings.command(List.of(program.toString(), "train")))) {
      HttpResponse<String> status = server.get("/api/tunix/status");

      assertThat(json(status).get("version").textValue()).isEqualTo("tunix 0.3.1 from");
      assertThat(status.body()).doesNotContain(folder.toString());
    }
  }

  @ParameterizedTest
  @EnumSource
  void sixty_runs_started_at_once_are_all_on_record(RealDatabase engine) throws Exception {
    try (RealServer server = server(engine, "true")) {
      Set<String> ids = new HashSet<>();
      many(60, server, true)
          .forEach(answer -> ids.add(json(answer.join()).get("run_id").textValue()));

      assertThat(ids).hasSize(60);
      assertThat(json(server.get("/api/tunix/runs?limit=100&status=completed")).get("data"))
          .hasSize(60);
      assertThat(server.active()).isEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_key_holds_across_replicas_and_restarts(RealDatabase engine) throws Exception {
    DatabaseConfig database = engine.migrated(folder);
    String first;
    try (RealServer one = new RealServer(database, folder.resolve("one"), running("true"))) {
      first = one.send(one.posting(body(true)).header("Idempotency-Key", "k")).body();
      try (RealServer two = new RealServer(database, folder.resolve("two"), running("true"))) {
        assertThat(two.send(two.posting(body(true)).header("Idempotency-Key", "k")).body())
            .isEqualTo(first);
      }
    }
    try (RealServer again = new RealServer(database, folder.resolve("one"), running("true"))) {
      assertThat(again.send(again.posting(body(true)).header("Idempotency-Key", "k")).body())
          .isEqualTo(first);
      assertThat(json(again.get("/api/tunix/runs")).get("data")).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_run_that_goes_on_under_a_key_on_one_server_is_409_on_another_until_it_ends(
      RealDatabase engine) throws Exception {
    DatabaseConfig database = engine.empty(folder);
    String script = "while [ ! -e " + folder + "/go ]; do sleep 0.1; done";
    try (RealServer one = new RealServer(database, folder.resolve("one"), running(script));
        RealServer two = new RealServer(database, folder.resolve("two"), running(script))) {
      assertThat(two.get("/api/health/ready").statusCode()).isEqualTo(200); // there are tables now
      CompletableFuture<HttpResponse<String>> first =
          one.sendAsync(one.posting(body(false)).header("Idempotency-Key", "k"));
      await().atMost(PATIENCE).until(() -> runningIds(two).size() == 1);

      HttpResponse<String> meanwhile =
          two.send(two.posting(body(false)).header("Idempotency-Key", "k"));
      assertThat(meanwhile.statusCode()).isEqualTo(409);
      assertThat(meanwhile.headers().firstValue("Retry-After")).isPresent();
      Files.createFile(folder.resolve("go"));

      assertThat(first.join().statusCode()).isEqualTo(200);
      HttpResponse<String> after =
          two.send(two.posting(body(false)).header("Idempotency-Key", "k"));
      assertThat(after.body()).isEqualTo(first.join().body());
      assertThat(after.headers().firstValue("Idempotent-Replayed")).contains("true");
      assertThat(json(two.get("/api/tunix/runs")).get("data")).hasSize(1);
    }
  }

  @ParameterizedTest
  @EnumSource
  void enormous_offsets_and_hostile_filters_never_reach_the_database_as_errors(RealDatabase engine)
      throws Exception {
    try (RealServer server = server(engine, "true")) {
      server.post(body(true));
      for (String query :
          List.of(
              "offset=100000&limit=100",
              "dataset_key=%27%20OR%201%3D1%20--",
              "dataset_key=%25",
              "dataset_key=" + "k".repeat(5_000),
              "dataset_key=%F0%9F%94%A5%E2%80%AE")) {
        HttpResponse<String> answer = server.get("/api/tunix/runs?" + query);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("data")).isEmpty();
      }
    }
  }

  @Test
  void health_and_lists_answer_while_five_local_runs_go_on() throws Exception {
    String script = "while [ ! -e " + folder + "/go ]; do sleep 0.1; done";
    try (RealServer server =
        new RealServer(
            RealDatabase.SQLITE.migrated(folder),
            folder.resolve("home"),
            settings -> running(script).apply(settings).maxLocalRuns(5))) {
      List<CompletableFuture<HttpResponse<String>>> answers = many(5, server, false);
      await().atMost(PATIENCE).until(() -> runningIds(server).size() == 5);
      for (int i = 0; i < 200; i++) { // benchmarks/http_while_running.py times them
        for (String path : List.of("/api/health", "/api/tunix/runs")) {
          assertThat(server.get(path).statusCode()).isEqualTo(200);
        }
      }
      assertThat(runningIds(server)).hasSize(5);
      Files.createFile(folder.resolve("go"));

      assertThat(answers).allSatisfy(a -> assertThat(a.join().statusCode()).isEqualTo(200));
    }
  }
}
