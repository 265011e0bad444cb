package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.internal.host.ProcessIdentity;
import dev.runregistry.internal.host.ProcessTable;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Nothing is left running, whatever a run has started. The mark is an argument of all of it. */
class ProcessTreeTest {
  private static final Duration LIMIT = Duration.ofMillis(500);

  /** Where the script has something to do before: that takes milliseconds on a quiet machine. */
  private static final Duration LONGER = Duration.ofSeconds(10);

  private final String mark = "mark-" + UUID.randomUUID();
  private LocalRuns runs;

  @BeforeEach
  void makeHome(@TempDir Path home) {
    runs = new LocalRuns(home);
  }

  @AfterEach
  void nothing_is_left_running() {
    assertThat(LocalRuns.alive(mark)).isEmpty();
  }

  /** Runs a script that has its own text as $1 and the mark as $2. */
  private RunOutcome execute(Duration limit, String script) {
    return execute(runs.executor(), limit, script);
  }

  private RunOutcome execute(LocalRunExecutor.Builder executor, Duration limit, String script) {
    return runs.execute(executor.build(), begun(limit, script));
  }

  private Run begun(Duration limit, String script) {
    return runs.begun(limit, "sh", "-c", script, "sh", script, mark);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec sleep 1000",
        "sleep 1000 & sleep 1000 & wait",
        "trap '' TERM; sleep 1000 & wait; sleep 1000", // ignores TERM
        "setsid sh -c 'sleep 1000; :' sh $2 & sleep 1000", // in its own session
        "(setsid sh -c 'sleep 1000; :' sh $2 &); sleep 1000", // and without its parent
        "(sh -c 'trap \"\" TERM HUP; sleep 1000; sleep 1000' sh $2 &); sleep 1000",
        "env -i sh -c 'sleep 1000; :' sh $2 & sleep 1000", // without the cookie
        "sh -c 'kill -s STOP $$; :' sh $2 & sleep 1000" // stopped
      })
  void over_the_time_limit_the_whole_tree_is_ended(String script) {
    assertThat(execute(LIMIT, script)).isEqualTo(new TimedOut(LIMIT, Output.NONE, ""));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "exec sleep 1000",
        "(setsid sh -c 'trap \"\" TERM; sleep 1000; sleep 1000' sh $2 &); sleep 1000",
        "env -i sh -c 'sleep 1000; :' sh $2 & sleep 1000"
      })
  void without_a_session_of_its_own_too(String script) {
    assertThat(execute(runs.executor().terminal(), LIMIT, script))
        .isEqualTo(new TimedOut(LIMIT, Output.NONE, ""));
  }

  @Test
  void a_run_that_ends_well_when_asked_to_was_still_over_its_limit() {
    assertThat(execute(LONGER, "trap 'echo tidy; exit 0' TERM; sleep 1000 & wait"))
        .isEqualTo(new TimedOut(LONGER, Runs.output("tidy\n", ""), ""));
  }

  @Test
  void what_a_run_started_to_tidy_up_was_asked_to_end_as_well() {
    String script =
        "trap 'sh -c \"sleep 0.4; echo tidy\"; exit 0' TERM; while :; do sleep 0.1; done";

    RunOutcome outcome = execute(runs.executor().killGrace(Duration.ofMinutes(5)), LONGER, script);

    assertThat(outcome).isInstanceOf(TimedOut.class);
    assertThat(outcome.output().stdout().text()).isEqualTo("tidy\n");
  }

  @Test
  void a_run_that_ends_in_time_is_not_over_its_limit() {
    assertThat(execute(Duration.ofMinutes(5), "exit 5")).isEqualTo(new Exited(5, Output.NONE));
  }

  @Test
  void what_a_run_left_behind_is_ended_and_told_of() {
    RunOutcome outcome = execute(null, "sleep 1000 & setsid sh -c 'sleep 1000; :' sh $2 & exit 3");

    assertThat(outcome.exitCode()).isEqualTo(3);
    assertThat(outcome.message())
        .matches("Failed with exit code 3; [23] remaining processes were terminated");
  }

  @Test
  void one_left_behind_that_holds_the_output_open_does_not_hold_up_the_end() {
    RunOutcome outcome =
        execute(null, "sh -c 'trap \"\" TERM; sleep 1000; sleep 1000' sh $2 & echo done");

    assertThat(outcome.exitCode()).isZero();
    assertThat(outcome.output().stdout().text()).isEqualTo("done\n");
  }

  @Test
  void a_fork_storm_is_ended() {
    // each starts two more and ends, so that most have lost their parent when they are looked for
    String storm =
        "[ $3 -gt 40 ] && exec sleep 1000; for i in 1 2; do sh -c \"$1\" sh \"$1\" $2 $(($3+1)) &"
            + " done; [ $3 -eq 35 ] && sleep 1000; sleep 0.2";

    RunOutcome outcome =
        runs.execute(
            runs.executor().build(), runs.begun(LIMIT, "sh", "-c", storm, "sh", storm, mark, "35"));

    assertThat(outcome).isInstanceOf(TimedOut.class);
  }

  @Test
  void other_runs_are_left_alone() throws IOException {
    Run other = begun(null, "echo up; while [ ! -e go ]; do sleep 0.05; done; exit 8");
    Path folder = runs.folder(other).path();
    LocalRunExecutor executor = runs.executor().workingDirectory(folder).build();
    CompletableFuture<RunOutcome> others =
        CompletableFuture.supplyAsync(() -> runs.execute(executor, other));
    LocalRuns.await(() -> LocalRuns.contains(folder.resolve("stdout.log"), "up"));

    execute(LIMIT, "sleep 1000");
    assertThat(others).isNotDone();
    Files.createFile(folder.resolve("go"));

    assertThat(others.join().exitCode()).isEqualTo(8);
  }

  @Test
  void a_run_whose_supervisor_is_killed_is_lost_and_ended() {
    RunOutcome outcome = execute(null, "kill -s KILL $PPID; echo alone; sleep 1000");

    assertThat(outcome).isInstanceOf(Lost.class);
    assertThat(outcome.output().stdout().text()).isIn("", "alone\n");
    assertThat(outcome.message()).contains("its supervisor").contains("ended");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void the_children_of_a_stranger_with_the_pid_of_a_dead_supervisor_are_left_alone(
      boolean ownSession) throws IOException, InterruptedException {
    Process stranger =
        new ProcessBuilder("setsid", "sh", "-c", "sleep 1000 & wait", "sh", mark).start();
    try {
      ProcessTable table = ProcessTable.ofThisHost();
      LocalRuns.await(() -> stranger.children().findAny().isPresent());
      long started = table.find(stranger.pid()).orElseThrow().identity().startTime();
      ProcessIdentity dead = new ProcessIdentity(stranger.pid(), started - 1);

      assertThat(new ProcessTree(table, dead, "no=cookie", ownSession).find()).isEmpty();
    } finally {
      List<ProcessHandle> children = stranger.descendants().toList();
      children.forEach(ProcessHandle::destroyForcibly);
      stranger.destroyForcibly().waitFor();
      children.forEach(child -> child.onExit().join());
    }
  }

  @Test
  void without_proc_descendants_are_found_and_ended_without_the_cookie() throws IOException {
    ProcessTable table = ProcessTable.ofJava();
    Process shell =
        new ProcessBuilder("sh", "-c", "sh -c 'sleep 1000; :' sh $1 & wait", "sh", mark).start();
    ProcessTree tree =
        new ProcessTree(
            table, table.find(shell.pid()).orElseThrow().identity(), "no=cookie", false);
    LocalRuns.await(() -> tree.find().size() == 2);

    ProcessTree.TerminationResult ending =
        tree.end(ProcessTree.Termination.term(Duration.ofSeconds(10)));

    assertThat(ending.survivors()).isEmpty();
    assertThat(ending.ended()).isEqualTo(2);
    shell.destroyForcibly().onExit().join();
  }
}
