package dev.runregistry.run.audit;

import static dev.runregistry.run.Samples.NOON;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Samples;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.lang.reflect.RecordComponent;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalRunTest {
  private static final RunId PARENT =
      new RunId(UUID.fromString("019a0000-0000-7000-8000-000000000001"));
  private static final RunDescription DESCRIPTION =
      new RunDescription("näm", Map.of("seed", "7", "b", ""), "a\nb");
  private static final RunSpec SPEC =
      new RunSpec(
          new DatasetKey("ärithmetic"),
          "google/gemma-2b-it",
          RunMode.LOCAL,
          "./out",
          new TrainingConfig(2e-5, null, 3, 8, 2048, null),
          List.of("sh", "-c", "echo '1:x\n'", ""),
          Duration.ofMillis(30_001));
  private static final Run RUN =
      new Run(
          Samples.ID,
          SPEC,
          RunStatus.FAILED,
          "slurm",
          "4711",
          NOON,
          NOON.plusNanos(1_000),
          NOON.plusSeconds(1),
          3,
          null,
          new Output(OutputExcerpt.of("loss 0.25\n"), OutputExcerpt.of("😀")),
          "Failed with exit code 3",
          new Provenance(
              "node-7", "ann", "/work", "0.1.0", "0".repeat(40), true, Map.of("B", "2", "A", "")));

  private static String canonical(Run run) {
    return canonical(run, 1);
  }

  private static String canonical(Run run, int version) {
    return new String(CanonicalRun.bytes(run, version), UTF_8);
  }

  @Test
  void the_form_is_what_it_was_when_the_first_digest_was_taken() {
    assertThat(canonical(RUN))
        .isEqualTo(
            """
            run-registry run 1
            run_id=36:019a1b2c-3d4e-7f00-8000-0123456789ab
            status=6:failed
            executor=5:slurm
            external_id=4:4711
            created_at=16:1793534400123456
            started_at=16:1793534400123457
            completed_at=16:1793534401123456
            exit_code=1:3
            message=23:Failed with exit code 3
            dataset_key=11:ärithmetic
            model_id=18:google/gemma-2b-it
            mode=5:local
            output_dir=5:./out
            learning_rate=16:3ef4f8b588e368f1
            num_epochs=1:3
            batch_size=1:8
            max_seq_length=4:2048
            command*4
            2:sh
            2:-c
            11:echo '1:x
            '
            0:
            time_limit_ms=5:30001
            provenance=5:known
            host=6:node-7
            user=3:ann
            working_dir=5:/work
            registry_version=5:0.1.0
            git_commit=40:0000000000000000000000000000000000000000
            git_dirty=4:true
            environment*4
            1:A
            0:
            1:B
            1:2
            stdout=10:loss 0.25

            stderr=4:😀
            """);
    assertThat(CanonicalRun.digest(RUN, 1).toString())
        .isEqualTo("c0d7df9c7b6e6f52149bf334977e062d72441499a00ff5bf36fda3bb7fce68c0");
  }

  @Test
  void the_second_form_is_what_it_was_when_the_first_digest_was_taken() {
    RunSpec spec =
        spec(
            "k", "m", "o", TrainingConfig.DEFAULT.with(0.5, TrainingDevice.CUDA), List.of("x"), 1L);

    assertThat(canonical(Samples.withReason(with(spec), RunReason.EXITED), 2))
        .startsWith("run-registry run 2\n")
        .contains("exit_code=1:3\nreason=6:exited\nmessage=")
        .contains(
            """
            learning_rate=16:3ef4f8b588e368f1
            weight_decay=16:3fe0000000000000
            num_epochs=1:3
            batch_size=1:8
            max_seq_length=4:2048
            device=4:cuda
            command*1
            """);
    assertThat(CanonicalRun.digest(Samples.withReason(RUN, RunReason.EXITED), 2).toString())
        .isEqualTo("c45bd4d5fa3f03212f46763a64fab2da6b39ad52ed8a67c0dc1b34ae52663919");
  }

  @Test
  void the_third_form_is_what_it_was_when_the_first_digest_was_taken() {
    Run run = with(withParent(PARENT));

    assertThat(canonical(run, 3))
        .startsWith("run-registry run 3\n")
        .contains(
            """
            time_limit_ms=5:30001
            parent_run_id=36:019a0000-0000-7000-8000-000000000001
            provenance=5:known
            """);
    assertThat(canonical(RUN, 3)).contains("time_limit_ms=5:30001\nparent_run_id\nprovenance=");
    assertThat(CanonicalRun.digest(run, 3).toString())
        .isEqualTo("7b673d72f6be108e26830eccc8551c677c579475cf304644a69d09f4f3e5a3a4");
  }

  @Test
  void a_parent_cannot_be_put_into_a_run_recorded_without() {
    for (int version : new int[] {1, 2}) {
      assertThat(canonical(RUN, version)).doesNotContain("parent_run_id");
      assertThat(CanonicalRun.digest(with(withParent(PARENT)), version))
          .isNotEqualTo(CanonicalRun.digest(RUN, version));
    }
  }

  @Test
  void the_fourth_form_is_what_it_was_when_the_first_digest_was_taken() {
    Run run = with(withDescription(DESCRIPTION));

    assertThat(canonical(run, 4))
        .startsWith("run-registry run 4\n")
        .contains(
            """
            parent_run_id
            name=4:näm
            tags*4
            1:b
            0:
            4:seed
            1:7
            note=3:a
            b
            provenance=5:known
            """);
    assertThat(canonical(RUN, 4)).contains("parent_run_id\nname\ntags*0\nnote\nprovenance=");
    assertThat(CanonicalRun.digest(run, 4).toString())
        .isEqualTo("5ceca3a8ce2ad275e9403f389af9d3306cafe907f5fef01f5276f008c596495d");
  }

  @Test
  void a_name_a_tag_or_a_note_cannot_be_put_into_a_run_recorded_without() {
    for (int version : new int[] {1, 2, 3}) {
      assertThat(canonical(RUN, version)).doesNotContain("\nname", "\ntags", "\nnote");
      for (RunDescription description :
          List.of(
              RunDescription.NONE.withName("n"),
              RunDescription.NONE.withTags(Map.of("k", "")),
              RunDescription.NONE.withNote("n"))) {
        assertThat(CanonicalRun.digest(with(withDescription(description)), version))
            .isNotEqualTo(CanonicalRun.digest(RUN, version));
      }
    }
  }

  private static RunSpec withParent(RunId parent) {
    return spec(parent, RunDescription.NONE);
  }

  private static RunSpec withDescription(RunDescription description) {
    return spec(null, description);
  }

  private static RunSpec spec(RunId parent, RunDescription description) {
    return new RunSpec(
        SPEC.datasetKey(),
        SPEC.modelId(),
        SPEC.mode(),
        SPEC.outputDir(),
        SPEC.training(),
        SPEC.command(),
        SPEC.timeLimit(),
        parent,
        description);
  }

  @Test
  void a_command_of_the_users_own_has_no_values_of_a_training() {
    Run run =
        with(new RunSpec(DatasetKey.NONE, "none", RunMode.LOCAL, null, null, List.of("x"), null));

    assertThat(canonical(run, 2))
        .contains(
            """
            output_dir
            learning_rate
            weight_decay
            num_epochs
            batch_size
            max_seq_length
            device
            command*1
            """);
  }

  @Test
  void what_the_first_form_does_not_know_cannot_be_put_into_an_old_run() {
    Run reasoned = Samples.withReason(RUN, RunReason.EXITED);
    Run decayed = with(spec("k", "m", "o", TrainingConfig.DEFAULT, List.of("x"), 1L));
    Run without =
        with(
            spec(
                "k", "m", "o", new TrainingConfig(2e-5, null, 3, 8, 2048, null), List.of("x"), 1L));

    assertThat(CanonicalRun.digest(reasoned, 1)).isNotEqualTo(CanonicalRun.digest(RUN, 1));
    assertThat(CanonicalRun.digest(decayed, 1)).isNotEqualTo(CanonicalRun.digest(without, 1));
  }

  @Test
  void nothing_is_not_the_same_as_an_empty_text() {
    Run lost = Samples.runningDryRun().finish(new RunOutcome.Lost("Lost", Output.NONE), NOON);

    assertThat(canonical(lost))
        .contains(
            "\nexecutor\n",
            "\ncompleted_at\n",
            "\nexit_code\n",
            "\ntime_limit_ms\nprovenance\nstdout")
        .contains("\ncommand*0\n", "\nstdout=0:\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, CanonicalRun.CURRENT_VERSION + 1})
  void a_version_that_is_not_known_is_refused(int version) {
    assertThatThrownBy(() -> CanonicalRun.digest(RUN, version))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("version " + version);
  }

  /** One change to each component, by the component's name. */
  private static Map<String, Run> changes() {
    Map<String, Run> changed = new LinkedHashMap<>();
    changed.put("id", run(new RunId(new UUID(7, 7)), SPEC, 3, RUN.completedAt()));
    changed.put("status", withStatus(RunStatus.TIMEOUT, null));
    changed.put("executor", with("process", "4711", NOON, RUN.startedAt(), RUN.output(), "m"));
    changed.put("externalId", with("slurm", null, NOON, RUN.startedAt(), RUN.output(), "m"));
    changed.put(
        "createdAt", with("slurm", "4711", micro(NOON, -1), RUN.startedAt(), RUN.output(), "m"));
    changed.put(
        "startedAt", with("slurm", "4711", NOON, micro(RUN.startedAt(), 1), RUN.output(), "m"));
    changed.put("completedAt", run(RUN.id(), SPEC, 3, micro(NOON.plusSeconds(1), 1)));
    changed.put("exitCode", run(RUN.id(), SPEC, 4, RUN.completedAt()));
    changed.put("message", with("slurm", "4711", NOON, RUN.startedAt(), RUN.output(), "n"));
    changed.put("stdout", withOutput("loss 0.26\n", "😀"));
    changed.put("stderr", withOutput("loss 0.25\n", ""));
    changed.put("datasetKey", with(spec("x", "m", "o", TrainingConfig.DEFAULT, List.of("x"), 1L)));
    changed.put("modelId", with(spec("k", "x", "o", TrainingConfig.DEFAULT, List.of("x"), 1L)));
    changed.put("outputDir", with(spec("k", "m", "x", TrainingConfig.DEFAULT, List.of("x"), 1L)));
    changed.put("command", with(spec("k", "m", "o", TrainingConfig.DEFAULT, List.of("x", ""), 1L)));
    changed.put("timeLimit", with(spec("k", "m", "o", TrainingConfig.DEFAULT, List.of("x"), null)));
    changed.put("parent", with(withParent(PARENT)));
    changed.put("name", with(withDescription(RunDescription.NONE.withName("n"))));
    changed.put("tags", with(withDescription(RunDescription.NONE.withTags(Map.of("k", "")))));
    changed.put("note", with(withDescription(RunDescription.NONE.withNote("n"))));
    changed.put("learningRate", with(trained(Math.nextUp(2e-5), 3, 8, 2048)));
    changed.put("numEpochs", with(trained(2e-5, 4, 8, 2048)));
    changed.put("batchSize", with(trained(2e-5, 3, 9, 2048)));
    changed.put("maxSeqLength", with(trained(2e-5, 3, 8, 2049)));
    TrainingConfig usual = TrainingConfig.DEFAULT;
    changed.put(
        "weightDecay",
        with(spec("k", "m", "o", usual.with(0.02, TrainingDevice.AUTO), List.of("x"), 1L)));
    changed.put(
        "device",
        with(spec("k", "m", "o", usual.with(0.01, TrainingDevice.CPU), List.of("x"), 1L)));
    changed.put("reason", Samples.withReason(RUN, RunReason.EXITED));
    changed.put("mode", Samples.runningDryRun());
    Map<String, String> variables = Map.of("B", "2", "A", "");
    changed.put("host", from("x", "ann", "/work", "0.1.0", "0", true, variables));
    changed.put("user", from("node-7", null, "/work", "0.1.0", "0", true, variables));
    changed.put("workingDirectory", from("node-7", "ann", "/", "0.1.0", "0", true, variables));
    changed.put("registryVersion", from("node-7", "ann", "/work", "0", "0", true, variables));
    changed.put("gitCommit", from("node-7", "ann", "/work", "0.1.0", "1", true, variables));
    changed.put("gitDirty", from("node-7", "ann", "/work", "0.1.0", "0", null, variables));
    changed.put(
        "environment", from("node-7", "ann", "/work", "0.1.0", "0", true, Map.of("A", "B")));
    return changed;
  }

  private static Run from(
      String host,
      String user,
      String folder,
      String version,
      String digit,
      Boolean dirty,
      Map<String, String> environment) {
    return new Run(
        RUN.id(),
        SPEC,
        RunStatus.FAILED,
        "slurm",
        "4711",
        NOON,
        RUN.startedAt(),
        RUN.completedAt(),
        3,
        null,
        RUN.output(),
        RUN.message(),
        new Provenance(host, user, folder, version, digit.repeat(40), dirty, environment));
  }

  private static Instant micro(Instant at, int micros) {
    return at.plusNanos(micros * 1_000L);
  }

  private static Run run(RunId id, RunSpec spec, int code, Instant completed) {
    return new Run(
        id,
        spec,
        RunStatus.FAILED,
        "slurm",
        "4711",
        NOON,
        RUN.startedAt(),
        completed,
        code,
        null,
        RUN.output(),
        RUN.message(),
        RUN.provenance());
  }

  private static Run with(RunSpec spec) {
    return run(RUN.id(), spec, 3, RUN.completedAt());
  }

  private static Run withStatus(RunStatus status, Integer code) {
    return new Run(
        RUN.id(),
        SPEC,
        status,
        "slurm",
        "4711",
        NOON,
        RUN.startedAt(),
        RUN.completedAt(),
        code,
        null,
        RUN.output(),
        RUN.message(),
        RUN.provenance());
  }

  private static Run withOutput(String stdout, String stderr) {
    Output output = new Output(OutputExcerpt.of(stdout), OutputExcerpt.of(stderr));
    return with("slurm", "4711", NOON, RUN.startedAt(), output, "m");
  }

  private static Run with(
      String executor,
      String externalId,
      Instant created,
      Instant started,
      Output output,
      String message) {
    return new Run(
        RUN.id(),
        SPEC,
        RunStatus.FAILED,
        executor,
        externalId,
        created,
        started,
        RUN.completedAt(),
        3,
        null,
        output,
        message,
        RUN.provenance());
  }

  private static RunSpec spec(
      String key,
      String model,
      String folder,
      TrainingConfig training,
      List<String> command,
      Long limit) {
    return new RunSpec(
        new DatasetKey(key),
        model,
        RunMode.LOCAL,
        folder,
        training,
        command,
        limit == null ? null : Duration.ofMillis(limit));
  }

  private static RunSpec trained(double rate, int epochs, int batch, int length) {
    return spec("k", "m", "o", new TrainingConfig(rate, epochs, batch, length), List.of("x"), 1L);
  }

  @Test
  void no_component_of_a_run_is_left_out() {
    List<String> components =
        Stream.of(
                Run.class,
                RunSpec.class,
                RunDescription.class,
                TrainingConfig.class,
                Output.class,
                Provenance.class)
            .flatMap(type -> Arrays.stream(type.getRecordComponents()))
            .map(RecordComponent::getName)
            .filter(
                name ->
                    !List.of("spec", "description", "training", "output", "provenance")
                        .contains(name))
            .toList();

    assertThat(changes().keySet()).containsExactlyInAnyOrderElementsOf(components);
  }

  @Test
  void a_change_to_any_component_changes_the_digest() {
    Stream<Run> unchanged =
        Stream.of(
            RUN,
            with("slurm", "4711", NOON, RUN.startedAt(), RUN.output(), "m"),
            with(spec("k", "m", "o", TrainingConfig.DEFAULT, List.of("x"), 1L)));
    List<Run> all = Stream.concat(unchanged, changes().values().stream()).toList();

    assertThat(all).doesNotHaveDuplicates();
    assertThat(
            all.stream()
                .map(run -> CanonicalRun.digest(run, CanonicalRun.CURRENT_VERSION))
                .toList())
        .doesNotHaveDuplicates();
  }
}
