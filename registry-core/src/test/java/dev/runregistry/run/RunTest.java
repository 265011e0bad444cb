package dev.runregistry.run;

import static dev.runregistry.run.Samples.ID;
import static dev.runregistry.run.Samples.NOON;
import static dev.runregistry.run.Samples.pendingLocal;
import static dev.runregistry.run.Samples.printed;
import static dev.runregistry.run.Samples.runningDryRun;
import static dev.runregistry.run.Samples.runningLocal;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.DryRunFailed;
import dev.runregistry.run.RunOutcome.DryRunPassed;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class RunTest {
  private static final Instant LATER = NOON.plusMillis(1500);

  @Test
  void a_run_starts_with_nothing_but_its_spec() {
    Run running = runningLocal();

    assertThat(running.status()).isEqualTo(RunStatus.RUNNING);
    assertThat(running.executor()).isEqualTo("process");
    assertThat(running.createdAt()).isEqualTo(NOON);
    assertThat(running.startedAt()).isEqualTo(NOON);
    assertThat(running.completedAt()).isNull();
    assertThat(running.exitCode()).isNull();
    assertThat(running.duration()).isEmpty();
    assertThat(running.output()).isEqualTo(Output.NONE);
  }

  @Test
  void a_dry_run_keeps_no_executor() {
    assertThat(runningDryRun().executor()).isNull();
  }

  @Test
  void a_pending_run_starts_later_than_it_was_created() {
    Run started = pendingLocal().start("process", LATER);

    assertThat(started.createdAt()).isEqualTo(NOON);
    assertThat(started.startedAt()).isEqualTo(LATER);
  }

  @Test
  void exit_0_is_completed_with_its_output() {
    Run ended = runningLocal().finish(new Exited(0, printed("done")), LATER);

    assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ended.exitCode()).isZero();
    assertThat(ended.completedAt()).isEqualTo(LATER);
    assertThat(ended.duration()).contains(Duration.ofMillis(1500));
    assertThat(ended.output().stdout().text()).isEqualTo("done");
    assertThat(ended.message()).isEqualTo("Completed with exit code 0");
  }

  @Test
  void another_exit_code_is_failed_and_kept() {
    Run ended = runningLocal().finish(new Exited(3, Output.NONE), LATER);

    assertThat(ended.status()).isEqualTo(RunStatus.FAILED);
    assertThat(ended.exitCode()).isEqualTo(3);
    assertThat(ended.message()).isEqualTo("Failed with exit code 3");
  }

  @Test
  void a_signal_is_named_and_so_is_the_note() {
    Exited killed = new Exited(137, Output.NONE, "2 remaining processes were terminated");

    assertThat(runningLocal().finish(killed, LATER).message())
        .isEqualTo("Killed by SIGKILL (exit code 137); 2 remaining processes were terminated");
    assertThat(new Exited(143, Output.NONE).message())
        .isEqualTo("Terminated by SIGTERM (exit code 143)");
    assertThat(new Exited(192, Output.NONE).message())
        .isEqualTo("Terminated by signal 64 (exit code 192)");
    assertThat(NotStarted.signalled(2).message())
        .isEqualTo("Received SIGINT before it was started");
  }

  /** A shell exits with 128 + s if a signal terminated its child, and was not terminated itself. */
  @Test
  void a_shell_that_exits_with_137_is_not_called_killed() {
    assertThat(new Exited(137, Output.NONE, "", false).message())
        .isEqualTo("Failed with exit code 137 (128 + SIGKILL)");
    assertThat(new Exited(193, Output.NONE, "", false).message())
        .isEqualTo("Failed with exit code 193");
  }

  @Test
  void a_timeout_has_no_exit_code_and_keeps_what_was_printed() {
    TimedOut timedOut = new TimedOut(Duration.ofMillis(1500), printed("half"), "");

    Run ended = runningLocal().finish(timedOut, LATER);

    assertThat(ended.status()).isEqualTo(RunStatus.TIMEOUT);
    assertThat(ended.exitCode()).isNull();
    assertThat(ended.completedAt()).isEqualTo(LATER);
    assertThat(ended.output().stdout().text()).isEqualTo("half");
    assertThat(ended.message()).isEqualTo("Timed out after 1.5 s");
  }

  @Test
  void a_cancelled_run_has_no_exit_code_and_names_the_user() {
    Cancelled cancelled = new Cancelled("ann", printed("half"), "1 process was left running");

    Run ended = runningLocal().finish(cancelled, LATER);

    assertThat(ended.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(ended.exitCode()).isNull();
    assertThat(ended.executor()).isEqualTo("process");
    assertThat(ended.completedAt()).isEqualTo(LATER);
    assertThat(ended.output().stdout().text()).isEqualTo("half");
    assertThat(ended.message()).isEqualTo("Cancelled by ann; 1 process was left running");
    assertThat(runningDryRun().finish(cancelled, LATER).status()).isEqualTo(RunStatus.CANCELLED);
  }

  @Test
  void a_pending_run_that_is_cancelled_never_had_an_executor() {
    CancelRequest request = new CancelRequest("ann", NOON);

    Run ended = pendingLocal().finish(Cancelled.beforeStart(request), LATER);

    assertThat(ended.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(ended.executor()).isNull();
    assertThat(ended.startedAt()).isEqualTo(NOON);
    assertThat(ended.completedAt()).isEqualTo(LATER);
    assertThat(ended.output()).isEqualTo(Output.NONE);
    assertThat(ended.message()).isEqualTo("Cancelled by ann");
  }

  @Test
  void a_cancelled_run_cannot_end_again_or_start() {
    Run ended = runningLocal().finish(new Cancelled("ann", Output.NONE, ""), LATER);

    assertThatThrownBy(() -> ended.finish(new Exited(0, Output.NONE), LATER))
        .isInstanceOf(IllegalRunTransitionException.class)
        .hasMessage("run " + ID + " cannot go from cancelled to completed");
    assertThatThrownBy(() -> ended.start("process", LATER))
        .isInstanceOf(IllegalRunTransitionException.class);
  }

  @Test
  void the_user_of_a_cancellation_has_limits() {
    assertThatThrownBy(() -> new Cancelled("", Output.NONE, ""))
        .hasMessageStartingWith("user must have 1 to 256 characters, has 0");
    assertThatThrownBy(() -> new Cancelled("x".repeat(257), Output.NONE, ""))
        .hasMessageStartingWith("user must have 1 to 256 characters, has 257");
    assertThat(new Cancelled("😀".repeat(256), Output.NONE, "").user()).hasSize(512);
  }

  @Test
  void what_could_not_be_started_failed_without_an_exit_code() {
    Run ended =
        runningLocal()
            .finish(new NotStarted(NotStarted.Cause.NOT_FOUND, "No program nosuch"), LATER);

    assertThat(ended.status()).isEqualTo(RunStatus.FAILED);
    assertThat(ended.exitCode()).isNull();
    assertThat(ended.completedAt()).isEqualTo(LATER);
    assertThat(ended.output().stderr().text()).isEqualTo("No program nosuch\n");
  }

  @Test
  void a_lost_run_failed_and_never_completed() {
    for (Run running : new Run[] {runningLocal(), runningDryRun()}) {
      Run lost = running.finish(new Lost("Lost in a crash", Output.NONE), LATER);

      assertThat(lost.status()).isEqualTo(RunStatus.FAILED);
      assertThat(lost.completedAt()).isNull();
      assertThat(lost.duration()).isEmpty();
      assertThat(lost.exitCode()).isNull();
    }
  }

  @Test
  void a_dry_run_that_passed_has_its_report_and_no_exit_code() {
    Run ended = runningDryRun().finish(new DryRunPassed("all well\n"), LATER);

    assertThat(ended.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(ended.exitCode()).isNull();
    assertThat(ended.output().stdout().text()).isEqualTo("all well\n");
    assertThat(ended.message()).isEqualTo("Dry run passed");
  }

  @Test
  void a_dry_run_that_was_refused_says_why_on_stderr() {
    Run ended = runningDryRun().finish(new DryRunFailed("no manifest", "step 1\n"), LATER);

    assertThat(ended.status()).isEqualTo(RunStatus.FAILED);
    assertThat(ended.exitCode()).isNull();
    assertThat(ended.output())
        .isEqualTo(new Output(OutputExcerpt.EMPTY, OutputExcerpt.of("step 1\n")));
    assertThat(ended.message()).isEqualTo("no manifest");
  }

  @Test
  void a_finished_run_cannot_end_again_or_start_again() {
    Run ended = runningLocal().finish(new Exited(0, Output.NONE), LATER);

    assertThatThrownBy(() -> ended.finish(new Exited(1, Output.NONE), LATER))
        .isInstanceOf(IllegalRunTransitionException.class)
        .hasMessage("run " + ID + " cannot go from completed to failed");
    assertThatThrownBy(() -> ended.start("process", LATER))
        .isInstanceOf(IllegalRunTransitionException.class);
  }

  @Test
  void a_running_run_cannot_start_again() {
    assertThatThrownBy(() -> runningLocal().start("process", LATER))
        .isInstanceOf(IllegalRunTransitionException.class)
        .hasMessage("run " + ID + " cannot go from running to running");
  }

  @Test
  void a_pending_run_can_only_fail_by_never_starting() {
    NotStarted refused = new NotStarted(NotStarted.Cause.REFUSED, "refused");

    assertThat(pendingLocal().finish(refused, LATER).status()).isEqualTo(RunStatus.FAILED);
    assertThatThrownBy(() -> pendingLocal().finish(new Exited(1, Output.NONE), LATER))
        .isInstanceOf(IllegalRunTransitionException.class)
        .hasMessageContaining("local and pending, cannot end as: Failed with exit code 1");
    assertThatThrownBy(() -> pendingLocal().finish(new Exited(0, Output.NONE), LATER))
        .isInstanceOf(IllegalRunTransitionException.class);
  }

  @Test
  void endings_belong_to_their_mode() {
    assertThatThrownBy(() -> runningDryRun().finish(new Exited(0, Output.NONE), LATER))
        .isInstanceOf(IllegalRunTransitionException.class);
    assertThatThrownBy(() -> runningLocal().finish(new DryRunPassed("well"), LATER))
        .isInstanceOf(IllegalRunTransitionException.class);
  }

  @Test
  void a_clock_that_was_set_back_never_makes_an_end_before_the_start() {
    Run ended = runningLocal().finish(new Exited(0, Output.NONE), NOON.minusSeconds(3600));

    assertThat(ended.completedAt()).isEqualTo(NOON);
    assertThat(pendingLocal().start("process", NOON.minusSeconds(9)).startedAt()).isEqualTo(NOON);
  }

  @Test
  void times_are_cut_to_the_microsecond() {
    Run run = Run.started(ID, runningLocal().spec(), "process", NOON.plusNanos(999));

    assertThat(run.startedAt()).isEqualTo(NOON);
    assertThat(run.finish(new Exited(0, Output.NONE), NOON.plusNanos(1_999)).completedAt())
        .isEqualTo(NOON.plusNanos(1_000));
  }

  @Test
  void a_long_message_is_shortened_between_characters() {
    NotStarted wordy = new NotStarted(NotStarted.Cause.REFUSED, "😀".repeat(2_000) + '\0');

    String message = runningLocal().finish(wordy, LATER).message();

    assertThat(message).isEqualTo("😀".repeat(999) + "…");
  }

  @Test
  void a_nul_in_a_message_is_replaced() {
    NotStarted odd = new NotStarted(NotStarted.Cause.REFUSED, "odd \0 name");

    assertThat(runningLocal().finish(odd, LATER).message()).isEqualTo("odd \uFFFD name");
  }

  /** A run with parts that can be changed one by one, to build what must not exist. */
  private record Parts(
      RunSpec spec,
      RunStatus status,
      @Nullable String executor,
      @Nullable String externalId,
      Instant createdAt,
      Instant startedAt,
      @Nullable Instant completedAt,
      @Nullable Integer exitCode,
      Output output,
      String message) {
    static Parts of(Run run) {
      return new Parts(
          run.spec(),
          run.status(),
          run.executor(),
          run.externalId(),
          run.createdAt(),
          run.startedAt(),
          run.completedAt(),
          run.exitCode(),
          run.output(),
          run.message());
    }

    Run build() {
      return new Run(
          ID,
          spec,
          status,
          executor,
          externalId,
          createdAt,
          startedAt,
          completedAt,
          exitCode,
          null,
          output,
          message,
          null);
    }

    Parts status(RunStatus other) {
      return new Parts(
          spec,
          other,
          executor,
          externalId,
          createdAt,
          startedAt,
          completedAt,
          exitCode,
          output,
          message);
    }

    Parts executor(@Nullable String other, @Nullable String id) {
      return new Parts(
          spec, status, other, id, createdAt, startedAt, completedAt, exitCode, output, message);
    }

    Parts times(Instant created, Instant started, @Nullable Instant completed) {
      return new Parts(
          spec,
          status,
          executor,
          externalId,
          created,
          started,
          completed,
          exitCode,
          output,
          message);
    }

    Parts exitCode(@Nullable Integer other) {
      return new Parts(
          spec,
          status,
          executor,
          externalId,
          createdAt,
          startedAt,
          completedAt,
          other,
          output,
          message);
    }

    Parts output(Output other) {
      return new Parts(
          spec,
          status,
          executor,
          externalId,
          createdAt,
          startedAt,
          completedAt,
          exitCode,
          other,
          message);
    }

    Parts message(String other) {
      return new Parts(
          spec,
          status,
          executor,
          externalId,
          createdAt,
          startedAt,
          completedAt,
          exitCode,
          output,
          other);
    }
  }

  private static Run completed() {
    return runningLocal().finish(new Exited(0, Output.NONE), LATER);
  }

  private static Run failed() {
    return runningLocal().finish(new Exited(3, Output.NONE), LATER);
  }

  private static Run timedOut() {
    return runningLocal().finish(new TimedOut(Duration.ofSeconds(1), Output.NONE, ""), LATER);
  }

  private static Run cancelled() {
    return runningLocal().finish(new Cancelled("ann", Output.NONE, ""), LATER);
  }

  private static Run passed() {
    return runningDryRun().finish(new DryRunPassed("well"), LATER);
  }

  private static Arguments illegal(String what, Run from, UnaryOperator<Parts> change) {
    return Arguments.of(what, from, change);
  }

  static Stream<Arguments> what_cannot_be() {
    return Stream.of(
        illegal("running with an end", runningLocal(), p -> p.times(NOON, NOON, LATER)),
        illegal("running with an exit code", runningLocal(), p -> p.exitCode(0)),
        illegal("running with output", runningLocal(), p -> p.output(printed("x"))),
        illegal("running without an executor", runningLocal(), p -> p.executor(null, null)),
        illegal("pending with an executor", pendingLocal(), p -> p.executor("process", null)),
        illegal("pending with output", pendingLocal(), p -> p.output(printed("x"))),
        illegal("completed without an end", completed(), p -> p.times(NOON, NOON, null)),
        illegal("completed without an exit code", completed(), p -> p.exitCode(null)),
        illegal("completed with exit code 1", completed(), p -> p.exitCode(1)),
        illegal("completed without an executor", completed(), p -> p.executor(null, null)),
        illegal("failed with exit code 0", failed(), p -> p.exitCode(0)),
        illegal("failed with exit code 256", failed(), p -> p.exitCode(256)),
        illegal("failed with exit code -1", failed(), p -> p.exitCode(-1)),
        illegal("lost with an exit code", failed(), p -> p.times(NOON, NOON, null)),
        illegal("timeout with an exit code", timedOut(), p -> p.exitCode(124)),
        illegal("timeout without an end", timedOut(), p -> p.times(NOON, NOON, null)),
        illegal("cancelled with an exit code", cancelled(), p -> p.exitCode(143)),
        illegal("cancelled without an end", cancelled(), p -> p.times(NOON, NOON, null)),
        illegal("a dry-run that timed out", passed(), p -> p.status(RunStatus.TIMEOUT)),
        illegal("a dry-run with an exit code", passed(), p -> p.exitCode(0)),
        illegal("a dry-run with an executor", passed(), p -> p.executor("process", null)),
        illegal("a dry-run with an external id", passed(), p -> p.executor(null, "42")),
        illegal("an empty executor", completed(), p -> p.executor("", null)),
        illegal("an empty external id", completed(), p -> p.executor("slurm", "")),
        illegal("an empty message", completed(), p -> p.message("")),
        illegal("a long message", completed(), p -> p.message("x".repeat(1_001))),
        illegal(
            "an end before the start",
            completed(),
            p -> p.times(NOON, NOON, NOON.minusNanos(1000))),
        illegal("a start before the creation", completed(), p -> p.times(LATER, NOON, LATER)),
        illegal(
            "finer than microseconds", completed(), p -> p.times(NOON, NOON, LATER.plusNanos(1))),
        illegal(
            "before 1970", completed(), p -> p.times(Instant.EPOCH.minusSeconds(1), NOON, LATER)),
        illegal(
            "after 9999",
            completed(),
            p -> p.times(NOON, NOON, Instant.parse("+10000-01-01T00:00:00Z"))));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void what_cannot_be(String what, Run from, UnaryOperator<Parts> change) {
    assertThat(Parts.of(from).build())
        .as("the unchanged run can be built")
        .usingRecursiveComparison()
        .ignoringFields("reason")
        .isEqualTo(from);
    assertThatThrownBy(() -> change.apply(Parts.of(from)).build())
        .as(what)
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void a_run_of_another_engine_keeps_that_engines_name_for_it() {
    Run slurm = Parts.of(completed()).executor("slurm", "4711").build();

    assertThat(slurm.externalId()).isEqualTo("4711");
  }

  @Test
  void a_summary_is_the_run_without_its_output() {
    Run run = failed();
    RunSummary summary = RunSummary.of(run);

    assertThat(summary)
        .isEqualTo(
            new RunSummary(
                ID,
                new DatasetKey("arithmetic"),
                "google/gemma-2b-it",
                RunMode.LOCAL,
                RunStatus.FAILED,
                "process",
                run.spec().command(),
                null,
                3,
                RunReason.EXITED,
                "Failed with exit code 3",
                NOON,
                NOON,
                Duration.ofMillis(1500),
                null,
                Map.of()));
    assertThat(RunCursor.after(summary)).isEqualTo(new RunCursor(NOON, ID));
    assertThat(RunSummary.of(runningLocal()).duration()).isNull();
  }

  @Test
  void an_exit_code_of_an_outcome_is_0_to_255() {
    assertThatThrownBy(() -> new Exited(256, Output.NONE))
        .hasMessage("an exit code is 0 to 255: 256");
    assertThatThrownBy(() -> new Exited(-1, Output.NONE))
        .hasMessage("an exit code is 0 to 255: -1");
    assertThat(new Exited(255, Output.NONE).message()).isEqualTo("Failed with exit code 255");
  }
}
