package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What differs between two runs, and whether their commands are shown. */
class CompareTest {
  @TempDir private Path folder;
  private TestServer server;

  private void serve(boolean showCommand) {
    server =
        TestServer.start(
            ScriptedRunExecutor.endingWith(Runs.exited(0)),
            settings -> settings.artifactsRoot(folder).showCommand(showCommand));
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Run command(int exitCode, String... words) {
    Run run =
        Runs.ended(
            Runs.running(Runs.commandOf(words), Runs.NOON).withProvenance(Runs.provenance()),
            Runs.exited(exitCode));
    server.repository.save(run);
    return run;
  }

  private HttpResponse<String> compared(RunId one, RunId other) {
    return server.get("/api/tunix/runs/diff?run_a=" + one + "&run_b=" + other);
  }

  @Test
  void two_runs_are_compared_by_what_differs() {
    serve(true);
    Run one = command(0, "train.py", "--note", "a b");
    Run other = command(3, "train.py");

    assertThat(compared(one.id(), other.id()).body())
        .isEqualTo(
            "{\"run_a\":\"%s\",\"run_b\":\"%s\",\"differences\":[".formatted(one.id(), other.id())
                + "{\"field\":\"command\",\"a\":\"train.py --note 'a b'\",\"b\":\"train.py\"},"
                + "{\"field\":\"status\",\"a\":\"completed\",\"b\":\"failed\"},"
                + "{\"field\":\"exit_code\",\"a\":\"0\",\"b\":\"3\"},"
                + "{\"field\":\"message\",\"a\":\"Completed with exit code 0\","
                + "\"b\":\"Failed with exit code 3\"}],\"metrics\":[]}");
    assertThat(json(compared(one.id(), one.id())).get("differences")).isEmpty();
  }

  @Test
  void the_last_metrics_of_both_stand_side_by_side_if_the_operator_shows_them() throws IOException {
    serve(true);
    Run one = training("one", "{\"loss\":0.5}\n{\"loss\":0.25}\n{\"lo");
    Run other = training("other", "no JSON\n{\"loss\":0.125,\"f 1\":1e-3}\n");
    Run outside = command(0, "train.py");

    assertThat(json(compared(one.id(), other.id())).get("metrics").toString())
        .isEqualTo(
            "[{\"field\":\"f 1\",\"a\":null,\"b\":\"1e-3\"},"
                + "{\"field\":\"loss\",\"a\":\"0.25\",\"b\":\"0.125\"}]");
    assertThat(json(compared(outside.id(), outside.id())).get("metrics")).isEmpty();
  }

  private Run training(String name, String metrics) throws IOException {
    Path output = Files.createDirectories(folder.resolve(name));
    Files.writeString(output.resolve("metrics.jsonl"), metrics);
    String body =
        "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false,\"output_dir\":\"%s\"}"
            .formatted(output);
    RunId id = RunId.parse(json(server.post(body)).get("run_id").textValue());
    return server.repository.find(id).orElseThrow();
  }

  @Test
  void what_cannot_be_compared_is_refused() {
    serve(true);
    RunId known = command(0, "x").id();

    assertThat(compared(known, Runs.id()).statusCode()).isEqualTo(404);
    assertThat(compared(Runs.id(), known).statusCode()).isEqualTo(404);
    HttpResponse<String> answer = server.get("/api/tunix/runs/diff?run_b=x&run=" + known);
    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(json(answer).get("detail").findValuesAsText("type"))
        .containsExactly("extra_forbidden", "missing", "uuid_parsing");
  }

  @Test
  void an_operator_can_hide_the_commands() {
    for (boolean shown : List.of(true, false)) {
      serve(shown);
      Run one = command(0, "train.py", "--lr", "1e-3");
      Run other = command(0, "train.py");
      String detail = server.get("/api/tunix/runs/" + one.id()).body();
      String list = server.get("/api/tunix/runs").body();
      String comparison = compared(one.id(), other.id()).body();

      assertThat(List.of(detail, list, comparison))
          .allMatch(body -> body.contains("train.py") == shown);
      assertThat(detail)
          .contains(
              "\"user\":\"%s\"".formatted(Runs.provenance().user()),
              "\"git_commit\":\"%s\"".formatted(Runs.COMMIT));
      server.close();
    }
  }
}
