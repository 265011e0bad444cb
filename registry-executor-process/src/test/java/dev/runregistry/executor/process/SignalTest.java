package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.process.DefaultSignals;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SignalTest {
  private LocalRuns runs;
  private LocalRunExecutor executor;

  @BeforeEach
  void makeHome(@TempDir Path home) {
    runs = new LocalRuns(home);
    executor = runs.executor().terminal().build();
  }

  @ParameterizedTest
  @CsvSource({"HUP,129", "INT,130", "TERM,143", "USR1,138", "KILL,137"})
  void a_signal_goes_on_to_the_run(ProcessSignal signal, int code) {
    CompletableFuture<RunOutcome> outcome = startUp("echo up; exec sleep 1000");

    executor.signal(signal);

    assertThat(outcome.join()).isEqualTo(new Exited(code, Runs.output("up\n", "")));
  }

  @Test
  void a_run_can_answer_a_signal_as_it_likes() {
    CompletableFuture<RunOutcome> outcome =
        startUp("trap 'echo bye; exit 42' INT; echo up; sleep 1000 & wait");

    executor.signal(ProcessSignal.INT);

    assertThat(outcome.join().exitCode()).isEqualTo(42);
    assertThat(outcome.join().output().stdout().text()).isEqualTo("up\nbye\n");
  }

  @Test
  void a_second_signal_cannot_be_ignored() {
    CompletableFuture<RunOutcome> outcome =
        startUp("trap '' INT; echo up; while :; do sleep 1; done");

    executor.signal(ProcessSignal.INT);
    assertThat(outcome).isNotDone();
    executor.signal(ProcessSignal.INT);

    assertThat(outcome.join().exitCode()).isEqualTo(137);
  }

  @ParameterizedTest
  @EnumSource(names = {"INT", "TERM", "HUP"})
  void a_run_that_a_signal_keeps_from_starting_has_no_exit_code(ProcessSignal signal) {
    Run running = runs.begun(null, "sleep 1000".split(" "));
    executor.signal(signal);

    RunOutcome outcome = runs.execute(executor, running);

    assertThat(outcome).isEqualTo(NotStarted.signalled(signal.number()));
    assertThat(outcome.exitCode()).isNull();
    assertThat(runs.execute(executor, runs.begun(null, "true")).exitCode()).isZero();
  }

  @Test
  void a_signal_in_the_middle_of_the_start_is_not_lost() {
    for (int i = 0; i < 30; i++) {
      Run running = runs.begun(null, "sleep", "1000");
      CompletableFuture<RunOutcome> outcome =
          CompletableFuture.supplyAsync(() -> runs.execute(executor, running));
      int spins = i * 200_000; // at another moment each time
      for (int spin = 0; spin < spins; spin++) {
        Thread.onSpinWait();
      }

      executor.signal(ProcessSignal.TERM);

      assertThat(outcome.join())
          .isIn(NotStarted.signalled(15), new Exited(143, Output.NONE)); // by when it came
    }
  }

  private CompletableFuture<RunOutcome> startUp(String script) {
    Run running = runs.begun(null, DefaultSignals.command("sh", "-c", script));
    CompletableFuture<RunOutcome> outcome =
        CompletableFuture.supplyAsync(() -> runs.execute(executor, running));
    Path log = runs.folder(running).log(LogStream.STDOUT);
    LocalRuns.await(() -> LocalRuns.contains(log, "up"));
    return outcome;
  }
}
