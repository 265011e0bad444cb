package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.run.RunReport;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.PrintableStream;
import dev.runregistry.cli.text.StandardOutput;
import dev.runregistry.cli.text.Terminal;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.NotStarted.Cause;
import dev.runregistry.testkit.Runs;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunReportTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int report(Run ended, RunOutcome outcome, boolean quiet, boolean json) {
    Console caller =
        new Console(
            Map.of(), new StandardOutput(out), new PrintableStream(err), Terminal.of(Map.of()));
    int code =
        new RunReport(caller, quiet, json, false).report(ended, Optional.ofNullable(outcome));
    caller.out().flush();
    return code;
  }

  private int codeOf(RunOutcome outcome) {
    return report(Runs.ended(Runs.running(), outcome), outcome, false, false);
  }

  @ParameterizedTest
  @CsvSource({"NOT_FOUND, 127", "NOT_EXECUTABLE, 126", "REFUSED, 125"})
  void what_was_not_started_says_why_and_has_the_exit_code_of_a_shell(Cause why, int code) {
    assertThat(codeOf(new NotStarted(why, "No such thing"))).isEqualTo(code);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .matches("registry: run .*: No such thing \\(1.2s\\)\n");
  }

  @Test
  void what_a_signal_kept_from_starting_has_the_exit_code_of_that_signal() {
    assertThat(codeOf(NotStarted.signalled(15))).isEqualTo(143);
  }

  @Test
  void a_timeout_is_124_and_says_so() {
    assertThat(codeOf(Runs.timedOut())).isEqualTo(124);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("Timed out after 30.001 s");
  }

  @Test
  void a_cancelled_run_is_143_as_ended_by_term_and_names_the_user() {
    for (Run run : List.of(Runs.running(), Runs.pending(), Runs.dryRunning())) {
      err.reset();

      int code = report(Runs.ended(run, Runs.cancelledBeforeStart()), null, false, false);

      assertThat(code).isEqualTo(143);
      assertThat(err.toString(StandardCharsets.UTF_8))
          .isEqualTo("registry: run " + run.id() + ": Cancelled by ann (1.2s)\n");
    }
    assertThat(codeOf(Runs.cancelled())).isEqualTo(143);
  }

  @Test
  void a_lost_run_is_125_and_says_so() {
    assertThat(report(Runs.ended(Runs.running(), Runs.lost()), null, false, false)).isEqualTo(125);
    assertThat(err.toString(StandardCharsets.UTF_8)).contains("Lost: the host restarted");
  }

  @Test
  void quiet_says_nothing_but_the_exit_code() {
    RunOutcome outcome = Runs.timedOut();

    assertThat(report(Runs.ended(Runs.running(), outcome), outcome, true, false)).isEqualTo(124);
    assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  @Test
  void a_command_that_ended_by_itself_has_the_last_word() {
    assertThat(codeOf(Runs.exited(3))).isEqualTo(3);
    assertThat(out.size() + err.size()).isZero();
  }

  @Test
  void json_is_all_there_is_on_stdout() {
    RunOutcome outcome = Runs.exited(0);
    Run run = Runs.ended(Runs.running(), outcome);

    assertThat(report(run, outcome, false, true)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).isEqualTo(JsonLine.of(run) + "\n");
  }
}
