package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.text.RunJson;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import org.junit.jupiter.api.Test;

class RunJsonTest {
  @Test
  void a_run_has_the_fields_of_the_contract_in_its_order() {
    Run run = Runs.completed();

    assertThat(RunJson.of(run))
        .isEqualTo(
            "{\"run_id\":\"%s\",\"status\":\"completed\",\"mode\":\"local\",\"dataset_key\":\"math-v1\",\"model_id\":\"google/gemma-2b-it\",\"output_dir\":\"./output\",\"exit_code\":0,\"stdout\":\"loss 0.25\\n\",\"stderr\":\"warning: slow\\n\",\"duration_seconds\":1.234567,\"started_at\":\"2026-11-22T12:00:00.123456Z\",\"completed_at\":\"2026-11-22T12:00:01.358023Z\",\"message\":\"Completed with exit code 0\",\"reason\":\"exited\",\"provenance\":null}",
            run.id());
  }

  @Test
  void where_a_run_comes_from_follows_what_the_contract_has() {
    assertThat(RunJson.of(Runs.withProvenance()))
        .endsWith(
            ",\"provenance\":{\"host\":\"node7\",\"user\":\"ann\",\"working_dir\":\"/home/ann/päper\","
                + "\"command\":[\"tunix\",\"train\",\"--config\",\"{config}\"],\"registry_version\":\"1.2.3\","
                + "\"git_commit\":\"0a1b2c3d4e5f60718293a4b5c6d7e8f901234567\",\"git_dirty\":true,"
                + "\"environment\":{\"CUDA_VISIBLE_DEVICES\":\"\",\"NOTE\":\"\\\"a\\\\b\\\" ä\",\"TZ\":\"Asia/Kolkata\"}}}");
    assertThat(RunJson.of(Runs.running().withProvenance(Runs.provenance())))
        .contains("\"git_dirty\":null,");
  }

  @Test
  void what_a_run_does_not_have_is_null_and_there() {
    assertThat(RunJson.of(Runs.running()))
        .contains(
            "\"exit_code\":null,\"stdout\":\"\",\"stderr\":\"\",\"duration_seconds\":null,\"started_at\":\"2026-11-22T12:00:00.123456Z\",\"completed_at\":null,");
  }

  @Test
  void an_item_of_a_list_has_no_output() {
    Run run = Runs.completed();

    assertThat(RunJson.of(RunSummary.of(run)))
        .isEqualTo(
            "{\"run_id\":\"%s\",\"dataset_key\":\"math-v1\",\"model_id\":\"google/gemma-2b-it\",\"mode\":\"local\",\"status\":\"completed\",\"started_at\":\"2026-11-22T12:00:00.123456Z\",\"duration_seconds\":1.234567}",
            run.id());
  }

  @Test
  void a_document_is_one_line_whatever_was_printed() {
    Run run =
        Runs.ended(
            Runs.running(),
            new RunOutcome.Exited(1, Runs.output("a\nb\r\"\\\u001B\u2028\u009b\u007Fü🙂", "")));

    assertThat(RunJson.of(run))
        .contains("\"stdout\":\"a\\nb\\r\\\"\\\\\\u001B\\u2028\\u009B\\u007Fü🙂\"")
        .doesNotContain("\n");
  }

  @Test
  void a_whole_number_of_seconds_is_a_number_without_an_exponent() {
    Run running = Runs.running();
    Run ended = running.finish(Runs.exited(0), running.startedAt().plusSeconds(1_000));

    assertThat(RunJson.of(ended)).contains("\"duration_seconds\":1000.000000,");
  }
}
