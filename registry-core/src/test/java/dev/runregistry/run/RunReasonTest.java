package dev.runregistry.run;

import static dev.runregistry.run.Samples.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class RunReasonTest {
  private static final Set<RunReason> ENGINES =
      Set.of(RunReason.NODE_FAILED, RunReason.OUT_OF_MEMORY, RunReason.ENDED_BY_ENGINE);

  private static RunReason reasonOf(RunOutcome outcome) {
    Run run = outcome.appliesTo(RunMode.LOCAL) ? Samples.runningLocal() : Samples.runningDryRun();
    return run.finish(outcome, NOON.plusSeconds(1)).reason();
  }

  @Test
  void every_ending_has_its_reason() {
    Output none = Output.NONE;
    assertThat(reasonOf(new RunOutcome.Exited(0, none))).isEqualTo(RunReason.EXITED);
    assertThat(reasonOf(new RunOutcome.Exited(3, none))).isEqualTo(RunReason.EXITED);
    assertThat(reasonOf(new RunOutcome.Exited(255, none))).isEqualTo(RunReason.EXITED);
    assertThat(reasonOf(new RunOutcome.Exited(137, none))).isEqualTo(RunReason.SIGNALED);
    assertThat(reasonOf(new RunOutcome.Exited(137, none, "", false))).isEqualTo(RunReason.EXITED);
    assertThat(reasonOf(new RunOutcome.TimedOut(Duration.ofSeconds(1), none, "")))
        .isEqualTo(RunReason.TIMED_OUT);
    assertThat(reasonOf(new RunOutcome.Cancelled("ann", none, ""))).isEqualTo(RunReason.CANCELLED);
    assertThat(reasonOf(RunOutcome.NotStarted.signalled(15))).isEqualTo(RunReason.NOT_STARTED);
    assertThat(reasonOf(new RunOutcome.NotStarted(RunOutcome.NotStarted.Cause.REFUSED, "no")))
        .isEqualTo(RunReason.NOT_STARTED);
    assertThat(reasonOf(new RunOutcome.NotStarted(RunOutcome.NotStarted.Cause.REJECTED, "no")))
        .isEqualTo(RunReason.REJECTED);
    for (RunReason reason : ENGINES) {
      assertThat(reasonOf(new RunOutcome.EndedByEngine(reason, none, "n2 is down")))
          .isEqualTo(reason);
    }
    assertThat(reasonOf(new RunOutcome.Lost("Lost", none))).isEqualTo(RunReason.LOST);
    assertThat(reasonOf(new RunOutcome.DryRunPassed("ok"))).isEqualTo(RunReason.EXITED);
    assertThat(reasonOf(new RunOutcome.DryRunFailed("no", "no"))).isEqualTo(RunReason.REJECTED);
  }

  @Test
  void an_active_run_has_none() {
    assertThat(Samples.pendingLocal().reason()).isNull();
    assertThat(Samples.runningLocal().reason()).isNull();
    for (RunReason reason : RunReason.values()) {
      assertThatThrownBy(() -> Samples.withReason(Samples.runningLocal(), reason))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("the reason " + reason);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, SIGNALED, false",
    "0, LOST, false",
    "0, CANCELLED, false",
    "128, SIGNALED, false",
    "129, SIGNALED, true",
    "3, NOT_STARTED, false",
    "3, REJECTED, false",
    "3, NODE_FAILED, false",
    "3, OUT_OF_MEMORY, false",
    "0, ENDED_BY_ENGINE, false",
    "3, TIMED_OUT, false",
    "3, EXITED, true"
  })
  void a_reason_has_to_fit_the_ending(int code, RunReason reason, boolean fits) {
    Run run = Samples.runningLocal().finish(new RunOutcome.Exited(code, Output.NONE), NOON);

    assertThat(reason.fits(RunMode.LOCAL, run.status(), run.completedAt(), code)).isEqualTo(fits);
    if (!fits) {
      assertThatThrownBy(() -> Samples.withReason(run, reason))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_cancelled_run_has_no_reason_but_its_cancellation(RunReason reason) {
    Run run = Samples.runningLocal().finish(new RunOutcome.Cancelled("ann", Output.NONE, ""), NOON);

    assertThat(reason.fits(RunMode.LOCAL, run.status(), run.completedAt(), null))
        .isEqualTo(reason == RunReason.CANCELLED);
  }

  @ParameterizedTest
  @EnumSource
  void an_ending_by_an_engine_has_a_reason_of_engines_and_no_exit_code(RunReason reason) {
    if (!ENGINES.contains(reason)) {
      assertThatThrownBy(() -> new RunOutcome.EndedByEngine(reason, Output.NONE, "n2 is down"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(reason.text());
      return;
    }
    RunOutcome ending = new RunOutcome.EndedByEngine(reason, Output.NONE, "n2 is down");

    Run ended = Samples.runningLocal().finish(ending, NOON.plusSeconds(1));
    assertThat(ended.status()).isEqualTo(RunStatus.FAILED);
    assertThat(ended.exitCode()).isNull();
    assertThat(ended.completedAt()).isEqualTo(NOON.plusSeconds(1));
    assertThat(ended.message()).isEqualTo("n2 is down");
    assertThat(Samples.pendingLocal().finish(ending, NOON).reason()).isEqualTo(reason);
    assertThatThrownBy(() -> Samples.runningDryRun().finish(ending, NOON))
        .isInstanceOf(IllegalRunTransitionException.class);
    assertThatThrownBy(() -> new RunOutcome.EndedByEngine(reason, Output.NONE, ""))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @EnumSource
  void a_reason_is_read_as_it_was_written(RunReason reason) {
    assertThat(RunReason.parse(reason.text())).isEqualTo(reason);
  }

  @Test
  void an_unknown_reason_or_device_names_those_that_are_known() {
    assertThatThrownBy(() -> RunReason.parse("oom"))
        .hasMessageContaining(
            "exited, signaled, timed-out, cancelled, not-started, rejected, node-failed,"
                + " out-of-memory, ended-by-engine, lost");
    assertThatThrownBy(() -> TrainingDevice.parse("tpu")).hasMessageContaining("auto, cpu, cuda");
    assertThat(TrainingDevice.parse("cuda")).isEqualTo(TrainingDevice.CUDA);
  }

  @Test
  void a_training_and_its_output_folder_belong_together() {
    RunRequest command = Samples.local();
    RunSpec spec = command.toSpec(Samples.ID);

    assertThat(spec.training()).isNull();
    assertThat(spec.outputDir()).isNull();
    assertThatThrownBy(() -> command.withTraining(TrainingConfig.DEFAULT))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> command.withOutputDir("x"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> TrainingConfig.DEFAULT.with(1.1, TrainingDevice.CPU))
        .hasMessage("weight_decay must be 0 to 1: 1.1");
    assertThat(TrainingConfig.DEFAULT.with(-0.0, TrainingDevice.CPU).weightDecay()).isEqualTo(0.0);
  }

  @Test
  void instants_of_the_last_centuries_are_counted_in_microseconds() {
    for (String text : new String[] {"1970-01-01T00:00:00Z", "2262-04-12T00:00:00.000001Z"}) {
      java.time.Instant at = java.time.Instant.parse(text);
      assertThat(Timestamps.ofMicros(Timestamps.toMicros(at))).isEqualTo(at);
    }
    assertThat(Timestamps.toMicros(java.time.Instant.parse("9999-12-31T23:59:59.999999Z")))
        .isEqualTo(253_402_300_799_999_999L);
  }
}
