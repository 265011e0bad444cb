package dev.runregistry.run;

import static dev.runregistry.run.Samples.ID;
import static dev.runregistry.run.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ValuesTest {

  @Test
  void an_id_is_shown_in_lower_case_and_read_in_any() {
    RunId id = RunId.parse("019A1B2C-3D4E-7F00-8000-0123456789AB");

    assertThat(id).isEqualTo(ID).hasSameHashCodeAs(ID).isNotEqualTo(ID.value());
    assertThat(id).isNotEqualTo(new RunIdPrefix("0").lowest());
    assertThat(id).hasToString("019a1b2c-3d4e-7f00-8000-0123456789ab");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1-1-1-1-1",
        "019a1b2c3d4e7f0080000123456789ab",
        " 019a1b2c-3d4e-7f00-8000-0123456789ab",
        "019a1b2c-3d4e-7f00-8000-0123456789ag",
        "019a1b2c-3d4e-7f00-8000-0123456789ab\n"
      })
  void anything_but_the_canonical_form_of_an_id_is_refused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunId.parse(text))
        .withMessageStartingWith("not a run id (a UUID of 36 characters): \"");
  }

  @Test
  void a_refused_text_is_never_repeated_at_length() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunId.parse("x\n\0".repeat(10_000)))
        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(120).doesNotContain("\n", "\0"));
  }

  @ParameterizedTest
  @CsvSource({
    "0,                                    00000000-0000-0000-0000-000000000000, 0fffffff-ffff-ffff-ffff-ffffffffffff",
    "019A1b2c,                             019a1b2c-0000-0000-0000-000000000000, 019a1b2c-ffff-ffff-ffff-ffffffffffff",
    "019a1b2c-,                            019a1b2c-0000-0000-0000-000000000000, 019a1b2c-ffff-ffff-ffff-ffffffffffff",
    "019a1b2c-3d4e-7,                      019a1b2c-3d4e-7000-0000-000000000000, 019a1b2c-3d4e-7fff-ffff-ffffffffffff",
    "019a1b2c-3d4e-7f00-8000-0123456789ab, 019a1b2c-3d4e-7f00-8000-0123456789ab, 019a1b2c-3d4e-7f00-8000-0123456789ab"
  })
  void a_prefix_spans_all_ids_that_begin_so(String text, String lowest, String highest) {
    RunIdPrefix prefix = new RunIdPrefix(text);

    assertThat(prefix.lowest()).isEqualTo(RunId.parse(lowest));
    assertThat(prefix.highest()).isEqualTo(RunId.parse(highest));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "-",
        "g",
        "019a1b2c3",
        "019a1b2-",
        "%",
        "019a1b2c-3d4e-7f00-8000-0123456789ab0"
      })
  void what_no_id_begins_with_is_no_prefix(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RunIdPrefix(text))
        .withMessageStartingWith("not the beginning of a run id");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "arithmetic-traces", ".hidden", "...", "ein schöner Name", "数学"})
  void a_data_set_key_is_any_one_path_segment(String key) {
    assertThat(new DatasetKey(key)).hasToString(key);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".", "..", "a/b", "/a", "..\\a", "a\0", "a\nb", "a\u007f", "a\u0085", "\uD800"
      })
  void a_data_set_key_that_could_leave_its_folder_is_refused(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DatasetKey(key))
        .withMessageStartingWith("dataset_key must ");
  }

  @Test
  void a_data_set_key_fits_a_file_name() {
    assertThat(new DatasetKey("x".repeat(255)).value()).hasSize(255);
    assertThat(new DatasetKey("é".repeat(127)).value()).hasSize(127);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DatasetKey("é".repeat(128)))
        .withMessageContaining("at most 255 bytes in UTF-8, has 256");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new DatasetKey("x".repeat(257)))
        .withMessageContaining("1 to 256 characters, has 257");
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, -0.0, -1, 1.0000001, Double.NaN, Double.POSITIVE_INFINITY})
  void a_learning_rate_outside_its_range_is_refused(double rate) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingConfig(rate, 3, 8, 2048))
        .withMessage("learning_rate must be greater than 0 and at most 1: " + rate);
  }

  @ParameterizedTest
  @CsvSource({"0,8,2048", "101,8,2048", "3,0,2048", "3,513,2048", "3,8,127", "3,8,32769"})
  void a_hyper_parameter_outside_its_range_is_refused(int epochs, int batch, int length) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new TrainingConfig(2e-5, epochs, batch, length));
  }

  @Test
  void the_limits_of_the_hyper_parameters_are_legal() {
    assertThat(new TrainingConfig(1, 1, 1, 128)).isNotEqualTo(TrainingConfig.DEFAULT);
    assertThat(new TrainingConfig(Double.MIN_VALUE, 100, 512, 32_768).batchSize()).isEqualTo(512);
  }

  @ParameterizedTest
  @CsvSource({
    "2e-5, 2e-5",
    "0.00015, 1.5e-4",
    "0.001, 0.001",
    "0.25, 0.25",
    "1, 1",
    "1e-10, 1e-10"
  })
  void a_learning_rate_is_written_as_in_configurations(double rate, String text) {
    assertThat(new TrainingConfig(rate, 3, 8, 2048).learningRateText()).isEqualTo(text);
  }

  @Test
  void the_default_output_folder_is_named_after_the_run() {
    RunRequest training = RunRequest.training(new DatasetKey("k"), "m", List.of("tunix"));

    assertThat(training.toSpec(ID).outputDir()).isEqualTo("./output/tunix_run_" + ID);
    assertThat(training.withOutputDir("/data/out").toSpec(ID).outputDir()).isEqualTo("/data/out");
  }

  @Test
  void a_request_without_a_command_is_a_dry_run() {
    DatasetKey key = new DatasetKey("arithmetic");

    assertThat(RunRequest.dryRun(key, "m").mode()).isEqualTo(RunMode.DRY_RUN);
    assertThat(RunRequest.training(key, "m", List.of("tunix")).mode()).isEqualTo(RunMode.LOCAL);
    assertThat(RunRequest.training(key, "m", List.of("tunix")).datasetUsed()).isTrue();
    assertThat(RunRequest.command(key, "m", List.of("true")).datasetUsed()).isFalse();
  }

  @Test
  void a_command_is_copied() {
    List<String> command = new ArrayList<>(List.of("echo", "a"));
    RunSpec spec = RunRequest.command(DatasetKey.NONE, "m", command).toSpec(ID);
    command.clear();

    assertThat(spec.command()).containsExactly("echo", "a");
  }

  @Test
  void texts_outside_their_limits_are_refused_before_anything_runs() {
    RunRequest request = RunRequest.training(new DatasetKey("k"), "m", List.of("tunix"));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.withOutputDir("").toSpec(ID))
        .withMessage("output_dir must have 1 to 512 characters, has 0: \"\"");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunRequest.dryRun(DatasetKey.NONE, "m".repeat(257)).toSpec(ID))
        .withMessageStartingWith("model_id must have 1 to 256 characters, has 257: \"mmm");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunRequest.dryRun(DatasetKey.NONE, "a\0b").toSpec(ID))
        .withMessage("model_id must not contain a NUL character");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunRequest.dryRun(DatasetKey.NONE, "a\uDC00b").toSpec(ID))
        .withMessage("model_id must not contain a lone surrogate");
    assertThat(RunRequest.dryRun(DatasetKey.NONE, "😀".repeat(256)).toSpec(ID).modelId())
        .hasSize(512);
  }

  @Test
  void a_command_that_cannot_be_started_on_any_system_is_refused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> command("").toSpec(ID))
        .withMessage("the name of the program is empty");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> command("echo", "a\0b").toSpec(ID))
        .withMessage("command must not contain a NUL character");
    assertThat(command("echo", "").toSpec(ID).command()).containsExactly("echo", "");
  }

  @Test
  void mode_and_command_go_together() {
    RunSpec local = Samples.local().toSpec(ID);
    RunSpec dryRun = Samples.dryRun().toSpec(ID);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> withCommand(local, List.of()))
        .withMessage("a local run needs a command");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> withCommand(dryRun, List.of("true")))
        .withMessage("a dry-run has no command");
  }

  private static RunSpec withCommand(RunSpec spec, List<String> command) {
    return new RunSpec(
        spec.datasetKey(),
        spec.modelId(),
        spec.mode(),
        spec.outputDir(),
        spec.training(),
        command,
        null);
  }

  private static RunRequest command(String... words) {
    return RunRequest.command(DatasetKey.NONE, "none", List.of(words));
  }

  @Test
  void a_time_limit_is_kept_to_the_millisecond() {
    RunRequest limited = Samples.local().withTimeLimit(Duration.ofNanos(1_999_999));

    assertThat(limited.toSpec(ID).timeLimit()).isEqualTo(Duration.ofMillis(1));
    for (long nanos : new long[] {0, -1, 999_999}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Samples.local().withTimeLimit(Duration.ofNanos(nanos)).toSpec(ID))
          .withMessageStartingWith("the time limit must be at least 1 ms");
    }
  }

  @Test
  void a_request_keeps_its_parent_and_its_description_whatever_else_changes() {
    RunId parent = new RunId(new UUID(1, 2));
    RunRequest request =
        RunRequest.training(new DatasetKey("k"), "m", List.of("tunix"))
            .withParent(parent)
            .withDescription(RunDescription.NONE.withName("n"))
            .withTraining(TrainingConfig.DEFAULT)
            .withOutputDir("/out")
            .withTimeLimit(Duration.ofSeconds(1))
            .withEnvironment(Map.of("A", "B"));

    assertThat(request.toSpec(ID).parent()).isEqualTo(parent);
    assertThat(request.toSpec(ID).description().name()).isEqualTo("n");
    assertThat(request.withParent(null).toSpec(ID).parent()).isNull();
    assertThat(Samples.dryRun().withParent(parent).toSpec(ID).parent()).isEqualTo(parent);
    assertThat(Samples.local().toSpec(ID).parent()).isNull();
  }

  @Test
  void a_cancel_request_has_a_user_and_microseconds() {
    assertThat(new CancelRequest("ann", NOON.plusNanos(999)))
        .isEqualTo(new CancelRequest("ann", NOON));
    for (String user : List.of("", "x".repeat(257), "a\0b", "a\uDC00b")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new CancelRequest(user, NOON))
          .withMessageStartingWith("user must ");
    }
  }

  @Test
  void a_query_has_the_limits_of_the_contract() {
    assertThat(RunQuery.all())
        .isEqualTo(new RunQuery(RunFilter.NONE, RunOrder.NEWEST_FIRST, 20, 0, null));
    assertThat(RunQuery.all().withLimit(100).withOffset(Long.MAX_VALUE).limit()).isEqualTo(100);
    for (int limit : new int[] {0, -1, 101}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RunQuery.all().withLimit(limit))
          .withMessage("limit must be 1 to 100: " + limit);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunQuery.all().withOffset(-1))
        .withMessage("offset must not be negative: -1");
    assertThatIllegalArgumentException().isThrownBy(() -> RunQuery.all().withDatasetKey("a\0"));
    assertThatIllegalArgumentException().isThrownBy(() -> RunQuery.all().withHost("a\0"));
  }

  @Test
  void each_filter_of_a_query_changes_only_itself() {
    RunCursor place = new RunCursor(NOON, ID);

    assertThat(
            RunQuery.all()
                .withStatus(RunStatus.FAILED)
                .withMode(RunMode.LOCAL)
                .withDatasetKey("../any")
                .withHost("node7")
                .withLimit(5)
                .withOffset(7)
                .withAfter(place))
        .isEqualTo(
            new RunQuery(
                new RunFilter(
                    Set.of(RunStatus.FAILED),
                    Set.of(RunMode.LOCAL),
                    Set.of("../any"),
                    Set.of(),
                    Set.of(),
                    Set.of("node7"),
                    Set.of(),
                    Set.of(),
                    Set.of(),
                    Map.of(),
                    null,
                    null,
                    null),
                RunOrder.NEWEST_FIRST,
                5,
                7,
                place));
  }

  @Test
  void each_condition_of_a_filter_changes_only_itself() {
    Instant later = NOON.plusSeconds(1);

    assertThat(
            RunFilter.NONE
                .withText("lr")
                .withCreated(NOON, later)
                .withTags(Map.of("k", Set.of("v")))
                .withNames(List.of("n"))
                .withExitCodes(List.of(3, 1))
                .withReasons(List.of(RunReason.LOST))
                .withHosts(List.of("node7"))
                .withExecutors(List.of("process"))
                .withModelIds(List.of("m"))
                .withDatasetKeys(List.of("d"))
                .withModes(List.of(RunMode.LOCAL))
                .withStatuses(List.of(RunStatus.FAILED, RunStatus.TIMEOUT)))
        .isEqualTo(
            new RunFilter(
                Set.of(RunStatus.TIMEOUT, RunStatus.FAILED),
                Set.of(RunMode.LOCAL),
                Set.of("d"),
                Set.of("m"),
                Set.of("process"),
                Set.of("node7"),
                Set.of(RunReason.LOST),
                Set.of(1, 3),
                Set.of("n"),
                Map.of("k", Set.of("v")),
                NOON,
                later,
                "lr"));
  }

  @Test
  void a_filter_has_the_limits_of_the_contract() {
    assertThat(RunFilter.NONE.withText("x".repeat(200)).isUnindexed()).isTrue();
    for (String text : List.of("", "x".repeat(201), "a\0", "a\uDC00b")) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RunFilter.NONE.withText(text))
          .withMessageStartingWith("text must ");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunFilter.NONE.withModelIds(List.of("\0")));
    List<Integer> codes = IntStream.range(0, 51).boxed().toList();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunFilter.NONE.withExitCodes(codes))
        .withMessage("exit_code must have at most 50 values, has 51");
  }

  @Test
  void only_a_list_by_creation_has_a_cursor() {
    RunCursor place = new RunCursor(NOON, ID);
    for (RunOrder order : RunOrder.values()) {
      RunQuery query = RunQuery.all().withOrder(order);

      assertThat(order.reversed().reversed()).isEqualTo(order);
      assertThat(order.reversed().isDescending()).isNotEqualTo(order.isDescending());
      assertThat(RunOrder.parse(order.text())).isEqualTo(order);
      assertThat(query.isWindowed()).isFalse();
      assertThat(query.withHost("node7").isWindowed()).isNotEqualTo(order.isByCreation());
      if (order.isByCreation()) {
        assertThat(query.withAfter(place).after()).isEqualTo(place);
      } else {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> query.withAfter(place))
            .withMessage("a list by " + order.text() + " has no cursor");
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunOrder.parse("name"))
        .withMessageStartingWith("no order \"name\"; allowed are -created_at, created_at, ");
  }

  @Test
  void a_page_from_a_window_goes_on_after_the_last_run_that_was_examined() {
    RunCursor place = new RunCursor(NOON, ID);

    assertThat(new RunPage(List.of(), false, place).next()).contains(place);
    assertThat(new RunPage(List.of(), false).next()).isEmpty();
  }

  @Test
  void an_empty_page_has_no_next_one() {
    assertThat(new RunPage(List.of(), false).runs()).isEmpty();
    assertThatIllegalArgumentException().isThrownBy(() -> new RunPage(List.of(), true));
  }

  @Test
  void a_data_set_has_an_absolute_path_and_a_count() {
    DatasetKey key = new DatasetKey("a");
    Path records = Path.of("dataset.jsonl").toAbsolutePath();

    assertThat(new Dataset(key, "A", "1", 0, records).records()).isEqualTo(records);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dataset(key, "A", "1", -1, records))
        .withMessage("trace_count must not be negative: -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Dataset(key, "A", "1", 0, Path.of("dataset.jsonl")));
  }

  @Test
  void a_program_that_is_not_there_has_no_version() {
    assertThat(new RuntimeStatus(false, null, "tunix: not found").version()).isNull();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RuntimeStatus(false, "1.0", "tunix: not found"))
        .withMessageContaining("1.0");
  }

  @Test
  void a_stream_is_found_by_its_name_and_nothing_else() {
    for (LogStream stream : LogStream.values()) {
      assertThat(LogStream.of(stream.text())).contains(stream);
    }
    assertThat(LogStream.of("STDOUT")).isEmpty();
    assertThat(LogStream.of("stdout.log")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "ä", "a\nb"})
  void a_key_is_visible_ascii(String key) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new IdempotencyRecord(key, "f", ID, NOON))
        .withMessageContaining("1 to 255 visible ASCII characters");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new IdempotencyRecord("k", key, ID, NOON));
  }

  @Test
  void a_key_has_at_most_255_characters() {
    assertThat(new IdempotencyRecord("k".repeat(255), "f", ID, NOON).key()).hasSize(255);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new IdempotencyRecord("k".repeat(256), "f", ID, NOON));
  }

  @Test
  void a_claim_stands_for_24_hours() {
    IdempotencyRecord record = new IdempotencyRecord("k", "f", ID, NOON);

    assertThat(record.hasExpired(NOON.plus(Duration.ofHours(24)))).isFalse();
    assertThat(record.hasExpired(NOON.plus(Duration.ofHours(24)).plusNanos(1_000))).isTrue();
  }
}
