package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.Inspection;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Runs that write to their own directory what would make another ending of theirs. */
class ForgedEndingTest {
  /** The directory of the run, which has that of the home as its argument. */
  private static final String DIRECTORY = "d=\"$0/runs/active/$RUN_REGISTRY_RUN_ID\"; ";

  /** Goes on after its parent has ended, until its exit code is noted. */
  private static final String AFTER_THE_END =
      DIRECTORY + "(trap '' TERM; until [ -s \"$d/exit\" ]; do sleep 0.01; done; %s) & exit 3";

  private LocalRuns runs;
  private Path home;

  @BeforeEach
  void makeHome(@TempDir Path folder) {
    home = folder;
    runs = new LocalRuns(folder);
  }

  private Run begun(@Nullable Duration limit, String script) {
    return runs.begun(limit, "sh", "-c", script, home.toString());
  }

  private RunOutcome outcome(@Nullable Duration limit, String script) {
    return runs.execute(runs.executor().build(), begun(limit, script));
  }

  @Test
  void a_run_that_prints_what_earlier_supervisors_printed_was_started() {
    assertThat(
            outcome(
                null,
                DIRECTORY
                    + "sed -i /^protocol/d \"$d/processes\";"
                    + " echo \"run-registry-$RUN_REGISTRY_RUN_ID: 1: exec: x: not found\" >&2;"
                    + " exit 127"))
        .isInstanceOfSatisfying(Exited.class, exited -> assertThat(exited.code()).isEqualTo(127));
  }

  @Test
  void a_run_that_notes_that_it_could_not_be_executed_was_started() {
    String forging =
        "echo 'unstarted ' >>\"$d/processes\"; echo 'unexecuted 2 no' >>\"$d/processes\"; exit 127";

    assertThat(outcome(null, DIRECTORY + forging))
        .isInstanceOfSatisfying(Exited.class, exited -> assertThat(exited.code()).isEqualTo(127));
  }

  @Test
  void an_exit_code_that_is_written_after_the_end_is_not_recorded() {
    assertThat(outcome(null, AFTER_THE_END.formatted("echo 0 >\"$d/exit\"")))
        .isInstanceOfSatisfying(Exited.class, exited -> assertThat(exited.code()).isEqualTo(3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "echo 0 >\"$d/exit\"",
        ": >\"$d/exit\"",
        "echo 'unstarted ' >>\"$d/processes\"",
        ": >\"$d/processes\""
      })
  void a_run_that_kills_its_supervisor_is_lost_whatever_it_writes(String forging) {
    assertThat(outcome(null, DIRECTORY + forging + "; kill -KILL $PPID; exec sleep 100"))
        .isInstanceOf(Lost.class);
  }

  @Test
  void a_run_that_notes_another_child_is_over_its_time_limit_all_the_same() {
    String forging = "sed -i 's/^child [0-9]* /child 4194303 /' \"$d/processes\"; exec sleep 100";

    assertThat(outcome(Duration.ofSeconds(1), DIRECTORY + forging)).isInstanceOf(TimedOut.class);
  }

  @Test
  void a_run_that_dates_its_exit_code_2099_has_not_ended_in_the_future() {
    Run running = begun(null, AFTER_THE_END.formatted("touch -d 2099-01-01 \"$d/exit\""));
    LocalRunExecutor executor = runs.executor().build();

    ExecutionResult result =
        executor
            .start(running, Invocation.of(running.spec().command()), runs.folder(running).path())
            .await();

    assertThat(result.at().orElseThrow()).isBeforeOrEqualTo(Instant.now());
    assertThat(LocalRuns.found(runs.home(), running.id()))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            ended -> assertThat(ended.at()).isBeforeOrEqualTo(Instant.now()));
  }
}
