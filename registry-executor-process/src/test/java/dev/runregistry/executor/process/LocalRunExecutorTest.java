package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.testkit.FileTree;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LocalRunExecutorTest {
  @TempDir private Path folder;

  @Test
  void a_check_that_a_signal_cancelled_ends_by_that_signal_and_the_listener_has_it() {
    List<RunOutcome> ended = new ArrayList<>();
    LocalRunExecutor executor = LocalRunExecutor.builder().onEnd(ended::add).build();
    assertThat(executor.cancelled()).isEmpty();

    executor.signal(ProcessSignal.TERM); // before there is a run

    assertThat(executor.cancelled())
        .hasValueSatisfying(outcome -> assertThat(outcome.message()).contains("SIGTERM"));
    assertThat(ended).hasSize(1);
  }

  @Test
  void the_listener_has_the_outcome_before_it_is_known_and_a_listener_that_fails_changes_nothing() {
    LocalRuns runs = new LocalRuns(folder);
    List<RunOutcome> ended = new ArrayList<>();
    Run first = runs.begun(null, "sh", "-c", "exit 4");
    RunOutcome outcome = runs.execute(runs.executor().onEnd(ended::add).build(), first);
    assertThat(ended).containsExactly(outcome);

    LocalRunExecutor failing =
        runs.executor()
            .onEnd(
                known -> {
                  throw new IllegalStateException("a defect");
                })
            .build();
    assertThat(runs.execute(failing, runs.begun(null, "sh", "-c", "exit 5")).exitCode())
        .isEqualTo(5);
  }

  @Test
  void ending_what_a_run_left_behind_does_not_count_as_its_time() throws IOException {
    LocalRuns runs = new LocalRuns(folder);
    Run running = runs.begun(null, "sh", "-c", "(trap '' TERM; sleep 30) & sleep 0.2");
    LocalRunExecutor executor = runs.executor().killGrace(Duration.ofSeconds(2)).build();
    ExecutionResult result =
        executor
            .start(running, Invocation.of(running.spec().command()), runs.folder(running).path())
            .await();
    Instant after = Instant.now();

    assertThat(result.at().orElseThrow())
        .isBefore(after.minusSeconds(1)); // the grace of what ignored TERM
    assertThat(LocalRuns.found(runs.home(), running.id()))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            ended -> assertThat(ended.at()).isBefore(after.minusSeconds(1)));
  }

  @Test
  void only_the_owner_can_read_the_files_of_a_run() throws IOException {
    LocalRuns runs = new LocalRuns(folder.resolve("home"));
    runs.execute(runs.executor().build(), runs.begun(null, "echo", "secret"));

    for (Path path : FileTree.below(folder.resolve("home"))) {
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .as(path.toString())
          .isEqualTo(Files.isDirectory(path) ? "rwx------" : "rw-------");
    }
  }

  @Test
  void a_program_that_is_missing_is_reported_with_the_hint_and_another_without() {
    LocalRunExecutor executor =
        LocalRunExecutor.builder().missingProgramHint("; set REGISTRY_COMMAND").build();

    assertThat(executor.probe(List.of("no-such-trainer")).message())
        .isEqualTo("no-such-trainer: not found on PATH; set REGISTRY_COMMAND");
    assertThat(executor.probe(List.of("sh")).message()).isEqualTo("sh is available");
  }

  @Test
  void the_logs_of_a_run_are_in_its_workspace() {
    LocalRuns runs = new LocalRuns(folder);
    LocalRunExecutor executor = runs.executor().logLimit(LogLimit.of(70_000)).build();
    Run run = runs.begun(null, "echo", "hello");
    runs.execute(executor, run);
    Path workspace = runs.folder(run).path();

    assertThat(executor.log(workspace, LogStream.STDOUT))
        .hasValueSatisfying(log -> assertThat(log).hasContent("hello\n"));
    assertThat(executor.maxLogBytes(workspace)).isEqualTo(70_000);
    assertThat(executor.log(folder.resolve("none"), LogStream.STDOUT)).isEmpty();
  }

  /** A link to itself stands for a file that fails for a while: not there, and not missing. */
  @Test
  void a_run_whose_workspace_cannot_be_read_is_not_judged() throws IOException {
    LocalRuns runs = new LocalRuns(folder);
    Run run = runs.begun(Duration.ofHours(1), "true");
    Path workspace = Files.createSymbolicLink(folder.resolve("loop"), Path.of("loop"));
    LocalRunExecutor executor = runs.executor().build();

    assertThatThrownBy(() -> executor.inspect(run, workspace))
        .isInstanceOf(UnreadableOutcomeException.class)
        .hasMessageContaining(run.id() + " cannot be inspected");
    assertThatThrownBy(() -> executor.terminate(run, workspace, TerminationReason.TIME_LIMIT))
        .isInstanceOf(UnreadableOutcomeException.class)
        .hasMessageContaining("is over its time limit");
  }

  @Test
  void settings_outside_their_limits_are_refused() {
    LocalRunExecutor.Builder builder = LocalRunExecutor.builder();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.killGrace(Duration.ofSeconds(-1)));
    assertThatIllegalArgumentException().isThrownBy(() -> builder.openFileLimit(0));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> builder.inheritDescriptors(List.of(3, 2)));
  }

  @Test
  void a_server_s_run_that_shows_nothing_leaves_nothing_to_wait_for() {
    LocalRuns runs = new LocalRuns(folder);
    LocalRunExecutor executor =
        runs.executor().ownSession().keepChildren().liveOutputOnStderr().build();

    assertThat(runs.execute(executor, runs.begun(null, "sh", "-c", "exit 6")).exitCode())
        .isEqualTo(6);
    executor.awaitDrained();
  }
}
