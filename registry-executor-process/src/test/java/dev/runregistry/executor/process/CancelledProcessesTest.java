package dev.runregistry.executor.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cancelled runs of real processes, and the mark in their workspaces. */
class CancelledProcessesTest {
  private static final CancelRequest BY_ANN = new CancelRequest("ann", Runs.NOON);
  private static final String DIRECTORY = "d=\"$0/runs/active/$RUN_REGISTRY_RUN_ID\"; ";

  private final String mark = UUID.randomUUID().toString();
  private LocalRuns runs;
  private Path home;

  @BeforeEach
  void makeHome(@TempDir Path folder) {
    home = folder;
    runs = new LocalRuns(folder);
  }

  private ExecutionHandle started(Run running) {
    return started(runs.executor(), running);
  }

  private ExecutionHandle started(LocalRunExecutor.Builder executor, Run running) {
    ExecutionHandle handle =
        executor
            .build()
            .start(running, Invocation.of(running.spec().command()), runs.folder(running).path());
    LocalRuns.await(() -> LocalRuns.contains(runs.folder(running).log(LogStream.STDOUT), "up"));
    return handle;
  }

  private Run begun(String script) {
    return runs.begun(null, "sh", "-c", script, home.toString(), mark);
  }

  private static RunOutcome cancelled(ExecutionHandle handle) {
    handle.cancel(BY_ANN);
    return handle.result().join().outcome();
  }

  private Inspection inspected(Run running) {
    return runs.executor().build().inspect(running, runs.folder(running).path());
  }

  private void forge(Run running, String exit, String cancelled) throws IOException {
    Workspace folder = runs.folder(running);
    Files.writeString(folder.processes(), "protocol 2\ngrace 300\nsupervisor \nchild \n");
    Files.writeString(folder.exit(), exit);
    Files.writeString(folder.cancelled(), cancelled);
  }

  @Test
  void a_run_that_ignores_term_is_killed_after_the_grace() {
    Run running = begun("trap '' TERM; echo up; sleep 1000 & sleep 1000");

    assertThat(cancelled(started(running)))
        .isEqualTo(new Cancelled("ann", Runs.output("up\n", ""), ""));
    assertThat(runs.folder(running).cancelled()).hasContent("ann");
    assertThat(LocalRuns.alive(mark)).isEmpty();
  }

  @Test
  void a_run_that_ends_well_on_term_was_cancelled() {
    Run running = begun("trap 'exit 0' TERM; echo up; while :; do sleep 0.01; done");

    assertThat(cancelled(started(running))).isInstanceOf(Cancelled.class);
    assertThat(((Inspection.Exited) inspected(running)).outcome()).isInstanceOf(Cancelled.class);
  }

  @Test
  void a_run_gets_the_signal_that_it_was_started_with_in_place_of_term() {
    String script =
        "exec perl -e '$| = 1; $SIG{TERM} = sub { print qq{term\\n} };"
            + " $SIG{USR1} = sub { print qq{saved\\n}; exit }; print qq{up\\n}; sleep 1 while 1'";
    Run running = begun(script);

    assertThat(cancelled(started(runs.executor().stopSignal(ProcessSignal.USR1), running)))
        .isEqualTo(new Cancelled("ann", Runs.output("up\nsaved\n", ""), ""));
    assertThat(runs.folder(running).processes()).content().contains("\nstop-signal USR1\n");

    Invocation.Options options = new Invocation.Options(null, "USR1", false, null, null, null);
    Run submitted = begun(script);
    ExecutionHandle handle =
        runs.executor()
            .build()
            .start(
                submitted,
                Invocation.of(submitted.spec().command()).with(options),
                runs.folder(submitted).path());
    LocalRuns.await(() -> LocalRuns.contains(runs.folder(submitted).log(LogStream.STDOUT), "up"));
    assertThat(cancelled(handle))
        .isEqualTo(new Cancelled("ann", Runs.output("up\nsaved\n", ""), ""));
  }

  @Test
  void processes_that_left_their_parents_and_their_session_are_gone() {
    String deep = "(setsid sh -c 'trap \"\" TERM; (sleep 1000 &) ; sleep 1000' x \"$1\" &)";

    assertThat(cancelled(started(begun(deep + "; echo up; sleep 1000"))))
        .isInstanceOf(Cancelled.class);
    assertThat(LocalRuns.alive(mark)).isEmpty();
  }

  @Test
  void children_of_a_cancelled_run_are_not_kept() {
    Run running = begun("sh -c 'sleep 1000; :' x \"$1\" & echo up; wait");

    assertThat(cancelled(started(runs.executor().keepChildren(), running)))
        .isInstanceOf(Cancelled.class);
    assertThat(LocalRuns.alive(mark)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"echo root >\"$d/cancelled\"", "mkfifo \"$d/cancelled\""})
  void a_run_whose_registry_lives_cannot_make_itself_a_cancelled_one(String forging) {
    Run running = begun(DIRECTORY + forging + "; echo up; exit 3");

    assertThat(started(running).result().join().outcome())
        .isEqualTo(new Exited(3, Runs.output("up\n", "")));
  }

  @Test
  void a_registry_that_dies_while_it_cancels_leaves_a_cancelled_run() throws IOException {
    Run running = begun("");
    forge(running, "", "ann\n");
    Files.delete(runs.folder(running).exit());

    assertThat(inspected(running)).isInstanceOf(Inspection.NotVisible.class);

    Files.writeString(runs.folder(running).processes(), stat());
    assertThat(inspected(running))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            exited ->
                assertThat(exited.outcome()).isEqualTo(new Cancelled("ann", Output.NONE, "")));
    assertThat(runs.folder(running).vanished())
        .as("a supervisor that was still starting starts nothing")
        .exists();
  }

  /** Of processes that are gone. */
  private static String stat() {
    String gone = "4194303 (x) S 1 1 1 0 0 0 0 0 0 0 0 0 0 0 20 0 1 0 1 0 0\n";
    return "protocol 2\ngrace 300\nsupervisor " + gone + "child " + gone;
  }

  @Test
  void a_run_that_ended_long_after_its_registry_died_while_it_cancelled_ended_by_itself()
      throws IOException {
    Run running = begun("");
    forge(running, "0\n", "ann\n");
    Instant before = Instant.now().minus(Duration.ofHours(1));
    Files.setLastModifiedTime(runs.folder(running).cancelled(), FileTime.from(before));

    assertThat(((Inspection.Exited) inspected(running)).outcome())
        .isEqualTo(new Exited(0, Output.NONE));
  }

  @Test
  void a_run_that_had_ended_when_its_registry_marked_it_and_died_ended_by_itself()
      throws IOException {
    Run running = begun("");
    forge(running, "0\n", "ann\n");
    before(runs.folder(running).exit(), 5);

    assertThat(((Inspection.Exited) inspected(running)).outcome())
        .isEqualTo(new Exited(0, Output.NONE));
  }

  private static void before(Path file, int seconds) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now().minusSeconds(seconds)));
  }

  @Test
  void a_run_that_was_terminated_before_recovery_marked_it_again_was_cancelled()
      throws IOException {
    Run running = begun("");
    Workspace folder = runs.folder(running);
    forge(running, "143\n", "ann\n");
    before(folder.exit(), 5);
    before(folder.cancelled(), 10);

    new ProcessFile(folder).mark(EndCause.cancelled(BY_ANN));

    assertThat(((Inspection.Exited) inspected(running)).outcome())
        .isEqualTo(new Cancelled("ann", Output.NONE, ""));
    Files.writeString(folder.cancelled(), "ann\n");
    before(folder.cancelled(), 3600);
    new ProcessFile(folder).mark(EndCause.cancelled(BY_ANN));
    assertThat(folder.cancelled()).as("old marks are dropped").hasContent("ann");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "ann", "\n", "\0\0\n"})
  void a_damaged_mark_is_none(String content) throws IOException {
    Run running = begun("");
    forge(running, "0\n", content);

    assertThat(((Inspection.Exited) inspected(running)).outcome())
        .isEqualTo(new Exited(0, Output.NONE));
  }

  @Test
  void a_mark_that_is_no_file_is_none() throws IOException {
    Run running = begun("");
    Files.writeString(runs.folder(running).processes(), stat());
    Files.createDirectory(runs.folder(running).cancelled());

    assertThat(inspected(running)).isInstanceOf(Inspection.Lost.class);
  }
}
