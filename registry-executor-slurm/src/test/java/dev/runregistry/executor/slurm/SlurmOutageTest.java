package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.testkit.SlurmCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of runs when parts of the cluster die, or forget; accounting is off. */
@NeedsSlurm
class SlurmOutageTest {
  /** More than the time between two signs of life of a supervisor. */
  private static final Duration FORGOTTEN = Duration.ofSeconds(25);

  private static SlurmCluster cluster;

  @TempDir private Path folder;
  private SlurmRuns runs;
  private Path release;

  @BeforeAll
  static void startCluster() {
    cluster = SlurmCluster.start(Map.of("MinJobAge", "2", "SlurmdTimeout", "300"));
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void makeHome() {
    runs = new SlurmRuns(folder, cluster);
    release = folder.resolve("release");
  }

  /** Gives up soon while the controller does not answer. */
  private SlurmExecutor impatient() {
    return runs.executor().environment(cluster.impatientEnvironment()).build();
  }

  private SlurmExecutor executor() {
    return runs.executor().forgottenDelay(FORGOTTEN).build();
  }

  /** A registry that looks at nothing any more, as if it were dead. */
  private SlurmExecutor dead() {
    return runs.executor().interval(Duration.ofHours(1)).build();
  }

  private ExecutionHandle start(SlurmExecutor executor, Run run) {
    return executor.start(run, Invocation.of(run.spec().command()), runs.workspace(run));
  }

  /** A run that is up, and exits with that code once it is released. */
  private Run waiting(int code) {
    return runs.begun(
        null,
        "sh",
        "-c",
        "echo up; while ! [ -e '%s' ]; do sleep 0.1; done; exit %d".formatted(release, code));
  }

  private void awaitUp(Run run) {
    SlurmRuns.await(() -> SlurmRuns.contains(runs.workspace(run).resolve("stdout.log"), "up"));
  }

  /**
   * Sets back when anything of a run changed last, as if more than that time had passed: the clock
   * of a file system is some milliseconds slow.
   */
  private static void setBack(Path workspace, Duration time) throws IOException {
    FileTime then = FileTime.from(Instant.now().minus(time).minusSeconds(1));
    try (Stream<Path> files = Files.list(workspace)) {
      for (Path file : files.toList()) {
        Files.setLastModifiedTime(file, then);
      }
    }
    Files.setLastModifiedTime(workspace, then);
  }

  private String node(Run run) {
    return cluster.output("squeue", "-h", "-n", "run-" + run.id(), "-o", "%N").strip();
  }

  private boolean isKnown(Run run) {
    return !cluster.output("squeue", "-h", "-t", "all", "-n", "run-" + run.id()).isBlank();
  }

  private boolean hasEnded(Run run) {
    return Files.exists(runs.workspace(run).resolve("exit"));
  }

  @Test
  void nothing_is_concluded_while_the_controller_is_away() throws IOException {
    SlurmExecutor executor = executor();
    Run run = waiting(6);
    ExecutionHandle handle = start(executor, run);
    handle.started().join();
    cluster.awaitSaved("run-" + run.id());
    cluster.killController();
    try {
      assertThat(impatient().inspect(run, runs.workspace(run)))
          .isInstanceOfSatisfying(
              Inspection.NotVisible.class,
              away -> assertThat(away.reason()).startsWith("Slurm does not answer"));
      assertThatThrownBy(() -> impatient().isAlive(run.id(), runs.workspace(run)))
          .isInstanceOf(UnreadableOutcomeException.class);
      assertThatThrownBy(() -> impatient().workspaces(Set.of(run.id())))
          .isInstanceOf(UnreadableOutcomeException.class);
      Files.createFile(release);
      SlurmRuns.await(() -> hasEnded(run));
      assertThat(handle.result()).isNotDone();
    } finally {
      cluster.startController();
      cluster.awaitNodes();
    }
    assertThat(SlurmRuns.finished(run, handle).exitCode()).isEqualTo(6);
  }

  @Test
  void a_job_that_slurm_has_forgotten_after_its_end_is_recorded_by_its_exit_file() {
    Run run = runs.begun(null, "sh", "-c", "echo done; exit 7");
    start(dead(), run);
    SlurmRuns.await(() -> hasEnded(run));
    SlurmRuns.await(() -> !isKnown(run));

    assertThat(executor().inspect(run, runs.workspace(run)))
        .isInstanceOfSatisfying(
            Inspection.Exited.class,
            exited -> {
              assertThat(exited.outcome().exitCode()).isEqualTo(7);
              assertThat(exited.start().orElseThrow().at()).isBeforeOrEqualTo(exited.at());
              assertThat(exited.start().orElseThrow().externalId()).isPresent();
            });
  }

  @Test
  void a_job_that_is_gone_without_a_trace_is_lost_only_once_its_supervisor_has_been_silent()
      throws IOException {
    Run run = waiting(0);
    start(dead(), run);
    awaitUp(run);
    Files.readString(runs.workspace(run).resolve("processes"))
        .lines()
        .filter(line -> line.startsWith("supervisor ") || line.startsWith("child "))
        .map(line -> Long.parseLong(line.split(" ")[1]))
        .forEach(pid -> ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly));
    SlurmRuns.await(() -> !isKnown(run));
    SlurmExecutor executor = executor();

    assertThat(executor.inspect(run, runs.workspace(run)))
        .isInstanceOf(Inspection.NotVisible.class);

    setBack(runs.workspace(run), FORGOTTEN);

    assertThat(executor.inspect(run, runs.workspace(run)))
        .isInstanceOfSatisfying(
            Inspection.Lost.class,
            lost -> {
              assertThat(lost.start()).isPresent();
              assertThat(lost.output().stdout().text()).isEqualTo("up\n");
            });
  }

  @Test
  void a_job_whose_submission_was_not_answered_is_found_by_its_name() throws IOException {
    Run run = waiting(3);
    ExecutionHandle handle = start(executor(), run);
    handle.started().join();
    new JobFile(runs.workspace(run)).submitting(); // as it was when the registry was killed

    assertThat(executor().inspect(run, runs.workspace(run))).isInstanceOf(Inspection.Running.class);

    Files.createFile(release);
    assertThat(handle.await().outcome().exitCode()).isEqualTo(3);
  }

  @Test
  void a_run_that_was_about_to_be_submitted_is_never_started_after_it_was_given_up()
      throws IOException {
    Run run = runs.begun(null, "true");
    Path workspace = runs.workspace(run);
    SlurmRuns.supervisor().prepare(run, Invocation.of(run.spec().command()), workspace);
    new JobFile(workspace).submitting(); // and its registry was killed

    SlurmExecutor executor = runs.executor().forgottenDelay(Duration.ofMillis(1)).build();
    RunOutcome outcome = ((Inspection.Exited) executor.inspect(run, workspace)).outcome();

    assertThat(outcome).isInstanceOf(RunOutcome.NotStarted.class);
    assertThat(workspace.resolve("vanished")).exists(); // its supervisor starts nothing any more
  }

  @Test
  void a_run_on_a_node_that_is_cut_off_has_failed_with_it_once_slurm_says_so_and_no_sooner()
      throws IOException {
    Run run = waiting(0);
    ExecutionHandle handle = start(executor(), run);
    awaitUp(run);
    String node = node(run);
    cluster.killNode(node);
    try {
      assertThat(executor().inspect(run, runs.workspace(run)))
          .isInstanceOf(Inspection.Running.class);
      assertThat(handle.result()).isNotDone();

      cluster.giveUpNode(node);

      Run ended = SlurmRuns.finished(run, handle);
      assertThat(ended.reason()).isEqualTo(RunReason.NODE_FAILED);
      assertThat(ended.exitCode()).isNull();
      assertThat(ended.message()).startsWith("Ended by Slurm: NODE_FAIL");
    } finally {
      Files.createFile(release); // its command goes on there
      SlurmRuns.await(() -> hasEnded(run));
      cluster.startNode(node);
      cluster.awaitNodes();
    }
  }

  @Test
  void a_run_that_lives_on_a_lost_node_is_never_declared_lost_though_slurm_has_forgotten_it()
      throws IOException {
    Run run = waiting(8);
    start(dead(), run);
    awaitUp(run);
    String node = node(run);
    cluster.killNode(node);
    try {
      cluster.giveUpNode(node);
      SlurmRuns.await(() -> !isKnown(run));
      SlurmExecutor hasty = runs.executor().forgottenDelay(Duration.ofNanos(1)).build();
      assertThat(hasty.inspect(run, runs.workspace(run))).isInstanceOf(Inspection.NotVisible.class);

      Files.createFile(release);
      SlurmRuns.await(() -> hasEnded(run));

      assertThat(hasty.inspect(run, runs.workspace(run)))
          .isInstanceOfSatisfying(
              Inspection.Exited.class,
              exited -> assertThat(exited.outcome().exitCode()).isEqualTo(8));
    } finally {
      cluster.startNode(node);
      cluster.awaitNodes();
    }
  }
}
