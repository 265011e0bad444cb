package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Lines of the contract that only a real process, a real dataset and a database can prove. */
class ContractOnRealPartsTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String RECORD = "{\"prompts\":\"1 + 1\"}\n";

  @TempDir private Path folder;
  private Path dataset;

  /** What belongs to a dataset and no more. */
  @BeforeEach
  void makeDataset() throws IOException {
    dataset = Files.createDirectories(folder.resolve("datasets/arithmetic-traces"));
    Files.writeString(dataset.resolve("manifest.json"), manifest().toString());
    Files.writeString(dataset.resolve("dataset.jsonl"), RECORD.repeat(6));
  }

  private static ObjectNode manifest() {
    ObjectNode manifest = MAPPER.createObjectNode().put("dataset_key", "arithmetic-traces");
    manifest.put("build_id", "b").put("dataset_name", "Arithmetic").put("dataset_version", "1");
    manifest.put("created_at", "2026-11-22T12:00:00Z").put("selection_strategy", "all");
    manifest.putArray("trace_ids").add("t");
    return manifest.put("trace_count", 1).put("something_else", true);
  }

  private RealServer server(RealDatabase engine, String... command) throws Exception {
    return new RealServer(
        engine.migrated(folder),
        folder.resolve("home"),
        folder.resolve("datasets"),
        settings -> settings.command(List.of(command)));
  }

  /** The run, which the detail has too, field for field. */
  private static JsonNode posted(RealServer server, boolean dryRun) {
    HttpResponse<String> answer = server.post(body(dryRun));
    assertThat(answer.statusCode()).isEqualTo(200);
    String path = "/api/tunix/runs/" + json(answer).get("run_id").textValue();
    assertThat(server.get(path).body()).isEqualTo(answer.body());
    return json(answer);
  }

  private JsonNode ran(RealDatabase engine, String script) throws Exception {
    try (RealServer server = server(engine, "sh", "-c", script)) {
      return posted(server, false);
    }
  }

  private static void ended(JsonNode run, String status, String exitCode) {
    assertThat(run.get("status").textValue()).isEqualTo(status);
    assertThat(run.get("exit_code").toString()).isEqualTo(exitCode);
    assertThat(run.get("completed_at").isTextual()).isTrue();
    assertThat(run.get("duration_seconds").isNumber()).isTrue();
  }

  @ParameterizedTest
  @EnumSource
  void exactly_10240_bytes_of_output_are_kept_whole(RealDatabase engine) throws Exception {
    JsonNode run = ran(engine, "head -c 10240 /dev/zero | tr '\\0' x");

    assertThat(run.get("stdout").textValue()).isEqualTo("x".repeat(10_240));
  }

  @ParameterizedTest
  @EnumSource
  void one_byte_more_is_cut_with_one_line_that_says_how_much_there_was(RealDatabase engine)
      throws Exception {
    JsonNode run = ran(engine, "head -c 10241 /dev/zero | tr '\\0' x >&2");

    assertThat(run.get("stderr").textValue().lines())
        .hasSize(2)
        .startsWith("x".repeat(10_240))
        .last()
        .asString()
        .containsPattern("10.?240")
        .containsPattern("10.?241");
  }

  @ParameterizedTest
  @EnumSource
  void output_that_is_no_text_is_replaced_and_changes_no_status(RealDatabase engine)
      throws Exception {
    JsonNode run = ran(engine, "printf 'a\\000\\377b'");

    ended(run, "completed", "0");
    assertThat(run.get("stdout").textValue()).isEqualTo("a\uFFFD\uFFFDb");
  }

  @ParameterizedTest
  @EnumSource
  void an_exit_code_is_failed_and_a_signal_is_128_more(RealDatabase engine) throws Exception {
    ended(ran(engine, "exit 0"), "completed", "0");
    ended(ran(engine, "exit 7"), "failed", "7");
    ended(ran(engine, "kill -9 $$"), "failed", "137");
  }

  @ParameterizedTest
  @EnumSource
  void what_could_not_be_started_is_failed_without_an_exit_code(RealDatabase engine)
      throws Exception {
    Path program = folder.resolve("train");
    Files.writeString(program, "#!/no/such/interpreter\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    try (RealServer server = server(engine, program.toString())) {
      JsonNode run = posted(server, false);

      ended(run, "failed", "null");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_local_run_has_its_configuration_unbuffered_output_and_no_input(RealDatabase engine)
      throws Exception {
    String script = "cat; echo $PYTHONUNBUFFERED; cat \"$1\"";
    try (RealServer server = server(engine, "sh", "-c", script, "sh", "{config}")) {
      JsonNode run = posted(server, false);

      ended(run, "completed", "0");
      String printed = run.get("stdout").textValue();
      assertThat(printed).startsWith("1\n"); // and nothing of an input before it
      String records = dataset.resolve("dataset.jsonl").toRealPath().toString();
      assertThat(new YAMLMapper().readTree(printed.substring(2)))
          .isEqualTo(
              MAPPER.readTree(
                  """
                  {"version": "1.0", "runner": "tunix", "mode": "sft", "model": {"model_id": "m"},
                   "dataset": {"format": "tunix_sft", "path": "%s"},
                   "training": {"learning_rate": 0.00002, "weight_decay": 0.01, "num_epochs": 3,
                                "batch_size": 8, "max_seq_length": 2048, "device": "auto"},
                   "output": {"output_dir": %s}}
                  """
                      .formatted(records, run.get("output_dir"))));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_run_is_on_record_as_running_before_it_ends_and_never_as_pending(RealDatabase engine)
      throws Exception {
    String script = "while [ ! -e " + folder + "/go ]; do sleep 0.1; done";
    try (RealServer server = server(engine, "sh", "-c", script)) {
      CompletableFuture<HttpResponse<String>> answer =
          server.sendAsync(server.posting(body(false)));
      Set<String> seen = new HashSet<>();
      await().atMost(PATIENCE).until(() -> seen.addAll(statuses(server)) || !seen.isEmpty());
      JsonNode item = json(server.get("/api/tunix/runs")).get("data").get(0);
      JsonNode run = json(server.get("/api/tunix/runs/" + item.get("run_id").textValue()));
      assertThat(run.get("completed_at").isNull()).isTrue();
      assertThat(run.get("duration_seconds").isNull()).isTrue();
      assertThat(run.get("exit_code").isNull()).isTrue();

      Files.createFile(folder.resolve("go"));

      assertThat(answer.join().statusCode()).isEqualTo(200);
      seen.addAll(statuses(server));
      assertThat(seen).containsExactlyInAnyOrder("running", "completed");
    }
  }

  private static Set<String> statuses(RealServer server) {
    Set<String> statuses = new HashSet<>();
    json(server.get("/api/tunix/runs"))
        .get("data")
        .forEach(item -> statuses.add(item.get("status").textValue()));
    return statuses;
  }

  private void refused(RealServer server, String step, String what) {
    for (boolean dryRun : List.of(true, false)) { // a local run is checked in the same way
      JsonNode run = posted(server, dryRun);

      ended(run, "failed", "null");
      assertThat(run.get("stdout").textValue()).isEmpty();
      assertThat(run.get("stderr").textValue())
          .contains(step, what)
          .doesNotContain(folder.toString());
      assertThat(run.get("message").textValue()).isNotEmpty();
    }
  }

  @ParameterizedTest
  @EnumSource
  void the_first_step_of_the_check_that_fails_ends_the_run_and_says_where(RealDatabase engine)
      throws Exception {
    Path manifest = dataset.resolve("manifest.json");
    Path records = dataset.resolve("dataset.jsonl");
    try (RealServer server = server(engine, "true")) {
      Files.writeString(records, RECORD.repeat(3) + "{\"prompt\":7}\n");
      refused(server, "Step 3", "line 4");
      Files.writeString(records, "");
      refused(server, "Step 3", "dataset.jsonl");
      Files.delete(records);
      refused(server, "Step 3", "dataset.jsonl");
      Files.writeString(manifest, manifest().put("trace_count", -1).toString());
      refused(server, "Step 1", "trace_count");
      ObjectNode incomplete = manifest();
      incomplete.remove("build_id");
      Files.writeString(manifest, incomplete.toString());
      refused(server, "Step 1", "build_id");
      Files.writeString(manifest, "{");
      refused(server, "Step 1", "manifest.json");
      Files.delete(manifest);
      refused(server, "Step 1", "manifest.json");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_check_that_passes_reads_five_lines_says_what_it_saw_and_leaves_nothing(RealDatabase engine)
      throws Exception {
    String trace =
        "{\"prompt\":\"p\",\"final_answer\":\"4\","
            + "\"steps\":[{\"i\":0,\"type\":\"t\",\"content\":\"c\"}]}\n";
    Files.writeString(dataset.resolve("dataset.jsonl"), RECORD.repeat(4) + trace + "no JSON\n");
    try (RealServer server = server(engine, "true")) {
      JsonNode run = posted(server, true);

      ended(run, "completed", "null");
      assertThat(run.get("stderr").textValue()).isEmpty();
      assertThat(run.get("stdout").textValue()).contains("Arithmetic", "learning_rate", "5");
      assertThat(dataset.toFile().list())
          .containsExactlyInAnyOrder("manifest.json", "dataset.jsonl");
    }
  }
}
