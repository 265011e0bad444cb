package dev.runregistry.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.SeenHome;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RunJsonTest {
  private interface Writing {
    void to(JsonGenerator json) throws IOException;
  }

  private static String text(Writing writing) throws IOException {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      writing.to(json);
    }
    return text.toString();
  }

  private static String json(Run run) throws IOException {
    return text(json -> RunJson.writeRun(json, run, false, null, null, true));
  }

  @Test
  void a_run_has_the_fields_of_the_contract_in_its_order() throws IOException {
    Run run = Runs.completed();

    assertThat(json(run))
        .isEqualTo(
            "{\"run_id\":\"%s\",\"status\":\"completed\",\"mode\":\"local\",\"dataset_key\":\"math-v1\",\"model_id\":\"google/gemma-2b-it\",\"output_dir\":\"./output\",\"exit_code\":0,\"stdout\":\"loss 0.25\\n\",\"stderr\":\"warning: slow\\n\",\"duration_seconds\":1.234567,\"started_at\":\"2026-11-22T12:00:00.123456Z\",\"completed_at\":\"2026-11-22T12:00:01.358023Z\",\"message\":\"Completed with exit code 0\",\"reason\":\"exited\",\"executor\":\"process\",\"external_id\":null,\"host\":null,\"host_last_seen\":null,\"pending_reason\":null,\"name\":null,\"tags\":{},\"note\":null,\"parent_run_id\":null,\"user\":null,\"working_dir\":null,\"git_commit\":null,\"git_dirty\":null,\"command\":[\"tunix\",\"train\",\"--config\",\"{config}\"]}",
            run.id());
  }

  @Test
  void an_active_run_says_what_it_waits_for() throws IOException {
    Run running = Runs.running();

    assertThat(json(Runs.pending())).contains("\"message\":\"Local execution pending\"");
    assertThat(json(running)).contains("\"message\":\"Local execution in progress\"");
    assertThat(text(json -> RunJson.writeRun(json, running, true, null, null, true)))
        .contains("\"message\":\"Local execution cancellation requested\"");
  }

  @Test
  void a_run_says_where_it_was_started_and_its_command_unless_that_is_hidden() throws IOException {
    Run run = Runs.withProvenance();
    String origin =
        ",\"user\":\"ann\",\"working_dir\":\"/home/ann/päper\",\"git_commit\":\""
            + Runs.COMMIT
            + "\",\"git_dirty\":true,\"command\":";

    assertThat(json(run)).endsWith(origin + "[\"tunix\",\"train\",\"--config\",\"{config}\"]}");
    assertThat(text(json -> RunJson.writeRun(json, run, false, null, null, false)))
        .endsWith(origin + "null}");
  }

  @Test
  void the_provenance_follows_what_the_contract_has() throws IOException {
    Run run = Runs.withProvenance();
    String contract = json(run);

    assertThat(text(json -> RunJson.writeRunWithProvenance(json, run, null, null)))
        .isEqualTo(
            contract.substring(0, contract.indexOf(",\"user\""))
                + ",\"provenance\":{\"host\":\"node7\",\"user\":\"ann\",\"working_dir\":\"/home/ann/päper\","
                + "\"command\":[\"tunix\",\"train\",\"--config\",\"{config}\"],\"registry_version\":\"1.2.3\","
                + "\"git_commit\":\"0a1b2c3d4e5f60718293a4b5c6d7e8f901234567\",\"git_dirty\":true,"
                + "\"environment\":{\"CUDA_VISIBLE_DEVICES\":\"\",\"NOTE\":\"\\\"a\\\\b\\\" ä\",\"TZ\":\"Asia/Kolkata\"}}"
                + ",\"command\":[\"tunix\",\"train\",\"--config\",\"{config}\"],"
                + "\"training\":{\"learning_rate\":5.0E-4,\"num_epochs\":2,\"batch_size\":16,\"max_seq_length\":1024,\"weight_decay\":0.1,\"device\":\"cuda\"},\"time_limit_seconds\":30.001000}");
    Run without = Runs.running().withProvenance(Runs.provenance());
    assertThat(text(json -> RunJson.writeRunWithProvenance(json, without, null, null)))
        .contains("\"git_dirty\":null,");
    assertThat(text(json -> RunJson.writeRunWithProvenance(json, Runs.completed(), null, null)))
        .contains(",\"parent_run_id\":null,\"provenance\":null,\"command\":[");
    assertThat(text(json -> RunJson.writeRunWithProvenance(json, Runs.dryRunning(), null, null)))
        .contains(",\"provenance\":null,\"command\":null,\"training\":{");
    Run command = Runs.running(Runs.commandOf("true"), Runs.NOON);
    assertThat(text(json -> RunJson.writeRunWithProvenance(json, command, null, null)))
        .endsWith(",\"training\":null,\"time_limit_seconds\":0.001000}");
    RunId parent = Runs.id();
    Run repeating = Runs.running(Runs.repeating(parent), Runs.NOON);
    assertThat(text(json -> RunJson.writeRunWithProvenance(json, repeating, null, null)))
        .contains(",\"parent_run_id\":\"" + parent + "\",");
    assertThat(text(json -> RunJson.writeConfig(json, repeating.spec())))
        .endsWith(",\"parent_run_id\":\"" + parent + "\"}");
  }

  @Test
  void a_run_has_the_name_the_tags_and_the_note_of_its_request() throws IOException {
    Run run = Runs.running(Runs.described(), Runs.NOON);
    String named =
        ",\"name\":\"näme of it\",\"tags\":{\"host.kind\":\"\\\"a\\\\b\\\" ä\",\"project/team\":\"\",\"seed\":\"7\"}";

    assertThat(json(run))
        .contains(
            named + ",\"note\":\"first line\\n\\tsecond \\\"line\\\"\",\"parent_run_id\":null,");
    assertThat(text(json -> RunJson.writeItemWithCommand(json, RunSummary.of(run))))
        .contains(named + ",\"command\":");
  }

  @Test
  void an_active_run_says_since_when_its_host_is_not_seen() throws IOException {
    Run running = Runs.running().withProvenance(Runs.provenance());
    UnseenHost unseen = new UnseenHost("node7", Runs.NOON);
    String fields = "\"host\":\"node7\",\"host_last_seen\":\"2026-11-22T12:00:00.123456Z\"";

    assertThat(text(json -> RunJson.writeRun(json, running, false, unseen, null, true)))
        .contains("," + fields + ",\"pending_reason\":null,");
    assertThat(text(json -> RunJson.writeRun(json, Runs.pending(), false, unseen, null, true)))
        .contains("," + fields + ",\"pending_reason\":null,");
    assertThat(text(json -> RunJson.writeRunWithProvenance(json, running, unseen, null)))
        .contains("," + fields + ",\"pending_reason\":null,");
    assertThat(json(running))
        .contains("\"host\":\"node7\",\"host_last_seen\":null,\"pending_reason\":null,");
  }

  @Test
  void a_pending_run_says_why_its_engine_has_not_started_it() throws IOException {
    Run pending = Runs.pending();

    assertThat(text(json -> RunJson.writeRun(json, pending, false, null, "Priority", true)))
        .contains(",\"host_last_seen\":null,\"pending_reason\":\"Priority\",");
    assertThat(text(json -> RunJson.writeRunWithProvenance(json, pending, null, "Priority")))
        .contains(",\"pending_reason\":\"Priority\",");
  }

  @Test
  void a_host_has_its_homes_its_active_runs_and_its_retirement() throws IOException {
    UUID id = UUID.fromString("0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9");
    SeenHome seen = new SeenHome(new Home(id, "node7", "1.2.3"), Runs.NOON);
    Instant now = Runs.NOON.plusSeconds(90);
    HostRetirement retirement =
        new HostRetirement(id, "node7", "ann", Runs.NOON.plusSeconds(80), "disk");

    assertThat(
            text(
                json ->
                    RunJson.writeHost(
                        json,
                        new KnownHost("node7", List.of(seen), 1, 2, Runs.NOON, retirement, now))))
        .isEqualTo(
            "{\"host\":\"node7\",\"last_seen\":\"2026-11-22T12:00:00.123456Z\",\"last_seen_age_seconds\":90.000000,\"seen\":false,"
                + "\"homes\":[{\"home_id\":\"0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9\",\"registry_version\":\"1.2.3\",\"last_seen\":\"2026-11-22T12:00:00.123456Z\"}],"
                + "\"active\":{\"pending\":1,\"running\":2},\"retired\":true,"
                + "\"retirement\":{\"user\":\"ann\",\"retired_at\":\"2026-11-22T12:01:20.123456Z\",\"reason\":\"disk\"}}");
    assertThat(
            text(
                json ->
                    RunJson.writeHost(
                        json, new KnownHost("node8", List.of(), 0, 1, now, null, now))))
        .isEqualTo(
            "{\"host\":\"node8\",\"last_seen\":null,\"last_seen_age_seconds\":null,\"seen\":true,\"homes\":[],"
                + "\"active\":{\"pending\":0,\"running\":1},\"retired\":false,\"retirement\":null}");
  }

  @Test
  void what_a_run_does_not_have_is_null_and_there() throws IOException {
    assertThat(json(Runs.running()))
        .contains(
            "\"exit_code\":null,\"stdout\":\"\",\"stderr\":\"\",\"duration_seconds\":null,\"started_at\":\"2026-11-22T12:00:00.123456Z\",\"completed_at\":null,")
        .contains(
            ",\"reason\":null,\"executor\":\"process\",\"external_id\":null,\"host\":null,\"host_last_seen\":null,\"pending_reason\":null,\"name\":null,\"tags\":{},\"note\":null,\"parent_run_id\":null,\"user\":null,");
  }

  @Test
  void the_status_of_a_run_has_the_times_at_which_it_was_queued_started_and_ended()
      throws IOException {
    Run pending = Runs.pending();
    Run completed = Runs.completed();

    assertThat(text(json -> RunJson.writeStatus(json, pending)))
        .isEqualTo(
            "{\"run_id\":\"%s\",\"status\":\"pending\",\"queued_at\":\"2026-11-22T12:00:00.123456Z\","
                + "\"started_at\":null,\"completed_at\":null,\"exit_code\":null}",
            pending.id());
    assertThat(text(json -> RunJson.writeStatus(json, completed)))
        .isEqualTo(
            "{\"run_id\":\"%s\",\"status\":\"completed\",\"queued_at\":\"2026-11-22T12:00:00.123456Z\","
                + "\"started_at\":\"2026-11-22T12:00:00.123456Z\","
                + "\"completed_at\":\"2026-11-22T12:00:01.358023Z\",\"exit_code\":0}",
            completed.id());
  }

  @Test
  void a_duration_is_a_number_without_an_exponent() throws IOException {
    Run running = Runs.running();

    assertThat(json(running.finish(Runs.exited(0), running.startedAt().plusSeconds(1_000))))
        .contains("\"duration_seconds\":1000.000000,");
    assertThat(json(running.finish(Runs.exited(0), running.startedAt().plusNanos(1_000))))
        .contains("\"duration_seconds\":0.000001,");
    assertThat(json(running.finish(Runs.exited(0), running.startedAt())))
        .contains("\"duration_seconds\":0.000000,");
  }

  @Test
  void the_configuration_has_the_values_of_the_training_and_the_time_limit() throws IOException {
    assertThat(text(json -> RunJson.writeConfig(json, Runs.localRunOf("math-v1"))))
        .isEqualTo(
            "{\"learning_rate\":5.0E-4,\"num_epochs\":2,\"batch_size\":16,\"max_seq_length\":1024,\"weight_decay\":0.1,\"device\":\"cuda\",\"time_limit_seconds\":30.001000,\"parent_run_id\":null}");
    assertThat(text(json -> RunJson.writeConfig(json, Runs.olderTraining())))
        .endsWith(
            ",\"weight_decay\":null,\"device\":null,\"time_limit_seconds\":30.001000,\"parent_run_id\":null}");
    assertThat(text(json -> RunJson.writeConfig(json, Runs.commandOf("true"))))
        .isEqualTo(
            "{\"learning_rate\":null,\"num_epochs\":null,\"batch_size\":null,\"max_seq_length\":null,\"weight_decay\":null,\"device\":null,\"time_limit_seconds\":0.001000,\"parent_run_id\":null}");
  }

  @Test
  void a_page_has_items_without_output_and_the_next_offset() throws IOException {
    Run run = Runs.completed();
    RunPage page = new RunPage(List.of(RunSummary.of(run)), true);

    assertThat(text(json -> RunJson.writePage(json, page, RunQuery.all().withLimit(1), true)))
        .isEqualTo(
            "{\"data\":[{\"run_id\":\"%s\",\"dataset_key\":\"math-v1\",\"model_id\":\"google/gemma-2b-it\",\"mode\":\"local\",\"status\":\"completed\",\"started_at\":\"2026-11-22T12:00:00.123456Z\",\"duration_seconds\":1.234567,\"exit_code\":0,\"message\":\"Completed with exit code 0\",\"reason\":\"exited\",\"host\":null,\"executor\":\"process\",\"name\":null,\"tags\":{},\"command\":[\"tunix\",\"train\",\"--config\",\"{config}\"]}],\"pagination\":{\"limit\":1,\"offset\":0,\"next_offset\":1}}",
            run.id());
  }

  @Test
  void the_last_page_has_no_next_offset() throws IOException {
    RunPage last = new RunPage(List.of(), false);

    assertThat(text(json -> RunJson.writePage(json, last, RunQuery.all(), true)))
        .isEqualTo("{\"data\":[],\"pagination\":{\"limit\":20,\"offset\":0,\"next_offset\":null}}");
  }
}
