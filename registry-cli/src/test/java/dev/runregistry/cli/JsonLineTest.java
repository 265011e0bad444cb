package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import org.junit.jupiter.api.Test;

class JsonLineTest {
  @Test
  void a_run_has_its_provenance() {
    assertThat(JsonLine.of(Runs.completed()))
        .endsWith(
            ",\"reason\":\"exited\",\"executor\":\"process\",\"external_id\":null,\"host\":null,\"host_last_seen\":null,\"pending_reason\":null,\"name\":null,\"tags\":{},\"note\":null,\"parent_run_id\":null,\"provenance\":null,"
                + "\"command\":[\"tunix\",\"train\",\"--config\",\"{config}\"],"
                + "\"training\":{\"learning_rate\":5.0E-4,\"num_epochs\":2,\"batch_size\":16,"
                + "\"max_seq_length\":1024,\"weight_decay\":0.1,\"device\":\"cuda\"},"
                + "\"time_limit_seconds\":30.001000}");
    assertThat(JsonLine.of(Runs.dryRunning())).contains(",\"command\":null,\"training\":{");
    assertThat(JsonLine.of(Runs.running(Runs.commandOf("true"), Runs.NOON)))
        .contains(",\"command\":[\"true\"],\"training\":null,");
    assertThat(JsonLine.of(Runs.withProvenance())).contains(",\"provenance\":{\"host\":\"node7\",");
  }

  @Test
  void an_item_of_a_list_has_no_output() {
    Run run = Runs.completed();

    assertThat(JsonLine.of(RunSummary.of(run)))
        .isEqualTo(
            "{\"run_id\":\"%s\",\"dataset_key\":\"math-v1\",\"model_id\":\"google/gemma-2b-it\",\"mode\":\"local\",\"status\":\"completed\",\"started_at\":\"2026-11-22T12:00:00.123456Z\",\"duration_seconds\":1.234567,\"exit_code\":0,\"message\":\"Completed with exit code 0\",\"reason\":\"exited\",\"host\":null,\"executor\":\"process\",\"name\":null,\"tags\":{},\"command\":[\"tunix\",\"train\",\"--config\",\"{config}\"]}",
            run.id());
  }

  @Test
  void a_document_is_one_line_whatever_was_printed() {
    Run run =
        Runs.ended(
            Runs.running(),
            new RunOutcome.Exited(1, Runs.output("a\nb\r\"\\\u001B\u2028\u009b\u007Fü🙂", "")));

    assertThat(JsonLine.of(run))
        .contains("\"stdout\":\"a\\nb\\r\\\"\\\\\\u001B\\u2028\\u009B\\u007Fü🙂\"")
        .doesNotContain("\n");
  }
}
