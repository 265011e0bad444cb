package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.SlurmCluster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each ending that Slurm has a word for, provoked on a real cluster, and the record it becomes. */
@NeedsSlurm
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class SlurmEndingsTest {
  private static SlurmCluster cluster;
  private static Run limited;
  private static ExecutionHandle ofLimited;

  @TempDir private Path folder;
  private final AtomicInteger contradictions = new AtomicInteger();
  private SlurmRuns runs;

  /** Slurm looks at the limits of jobs twice a minute only: the other tests go on meanwhile. */
  @BeforeAll
  static void startCluster(@TempDir Path home) {
    cluster = SlurmCluster.start(Map.of());
    SlurmRuns of = new SlurmRuns(home, cluster);
    limited = of.begun(null, "sleep", "1000");
    SlurmExecutor executor =
        of.executor().options(new SlurmOptions(Map.of("time", "1"), List.of(), List.of())).build();
    ofLimited =
        executor.start(limited, Invocation.of(limited.spec().command()), of.workspace(limited));
    ofLimited.started().join();
    cluster.output("scontrol", "update", "JobName=run-" + limited.id(), "EndTime=now");
  }

  @AfterAll
  static void stopCluster() {
    cluster.close();
  }

  @BeforeEach
  void makeHome() {
    runs = new SlurmRuns(folder, cluster);
  }

  /** What is provoked, and what is expected of the record. */
  enum Ending {
    EXIT_0("exit 0", RunStatus.COMPLETED, RunReason.EXITED, 0, "Completed with exit code 0"),
    EXIT_7("exit 7", RunStatus.FAILED, RunReason.EXITED, 7, "Failed with exit code 7"),
    SIGNAL("kill -SEGV $$", RunStatus.FAILED, RunReason.SIGNALED, 139, "SIGSEGV"),
    CHILD_KILLED("sh -c 'kill -KILL $$'; exit $?", RunStatus.FAILED, RunReason.EXITED, 137, "137"),
    SCANCEL(
        "scancel $SLURM_JOB_ID; exec sleep 1000",
        RunStatus.FAILED,
        RunReason.ENDED_BY_ENGINE,
        null,
        "Ended by Slurm: CANCELLED"),
    SUPERVISOR_KILLED(
        "kill -KILL $PPID; sleep 1",
        RunStatus.FAILED,
        RunReason.LOST,
        null,
        "its supervisor was killed before it ended"),
    NO_DIRECTORY("", RunStatus.FAILED, RunReason.NOT_STARTED, null, "working directory");

    private final String script;
    private final RunStatus status;
    private final RunReason reason;
    private final @Nullable Integer exitCode;
    private final String message;

    Ending(
        String script,
        RunStatus status,
        RunReason reason,
        @Nullable Integer exitCode,
        String message) {
      this.script = script;
      this.status = status;
      this.reason = reason;
      this.exitCode = exitCode;
      this.message = message;
    }
  }

  private Run execute(SlurmExecutor executor, Run running) {
    return SlurmRuns.finished(running, start(executor, running));
  }

  private ExecutionHandle start(SlurmExecutor executor, Run running) {
    return executor.start(
        running, Invocation.of(running.spec().command()), runs.workspace(running));
  }

  @ParameterizedTest
  @EnumSource(Ending.class)
  void an_ending_becomes_the_record_that_is_true(Ending ending) {
    Run running = runs.begun(null, "sh", "-c", ending.script);
    SlurmExecutor.Builder builder = runs.executor();
    if (ending == Ending.NO_DIRECTORY) {
      builder.workingDirectory(folder.resolve("none"));
    }

    Run run = execute(builder.build(), running);

    assertThat(run.status()).isEqualTo(ending.status);
    assertThat(run.reason()).isEqualTo(ending.reason);
    assertThat(run.exitCode()).isEqualTo(ending.exitCode);
    assertThat(run.message()).contains(ending.message);
  }

  @Test
  void a_job_that_ignores_term_is_killed_and_its_record_says_that_slurm_cancelled_it() {
    String script = "trap '' TERM; scancel $SLURM_JOB_ID; while :; do sleep 1; done";

    Run run = execute(runs.executor().build(), runs.begun(null, "sh", "-c", script));

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    // the supervisor is killed as well, before or after it has recorded the end of the command
    assertThat(run.reason()).isEqualTo(RunReason.ENDED_BY_ENGINE);
    assertThat(run.message()).startsWith("Ended by Slurm: CANCELLED");
  }

  private SlurmExecutor with(Map<String, String> options) {
    return with(options, List.of());
  }

  private SlurmExecutor with(Map<String, String> options, List<String> more) {
    return runs.executor().options(new SlurmOptions(options, more, SlurmOptions.EXPORTED)).build();
  }

  @Test
  void a_partition_that_does_not_exist_is_named_in_the_record() {
    Run run = execute(with(Map.of("partition", "nope")), runs.begun(null, "true"));

    assertThat(run.reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(run.message()).startsWith("Slurm did not accept the job").contains("nope");
  }

  @Test
  void too_much_memory_is_refused_with_the_words_of_slurm() {
    Run run = execute(with(Map.of("mem", "999999")), runs.begun(null, "true"));

    assertThat(run.reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(run.message()).contains("Memory specification can not be satisfied");
  }

  @Test
  void a_host_without_slurm_says_so() {
    SlurmExecutor executor = runs.executor().environment(Map.of("PATH", "/nowhere")).build();

    Run run = execute(executor, runs.begun(null, "true"));

    assertThat(run.message())
        .isEqualTo("There is no sbatch on PATH: Slurm is not installed on this host");
    assertThat(executor.probe(List.of("true")).available()).isFalse();
  }

  @Test
  void a_job_that_no_node_can_ever_run_waits_with_its_reason_until_it_is_cancelled() {
    StringBuilder reasons = new StringBuilder();
    SlurmExecutor executor =
        runs.executor()
            .options(new SlurmOptions(Map.of("nodes", "9"), List.of(), List.of()))
            .onPending(reasons::append)
            .build();
    Run running = runs.begun(null, "true");
    ExecutionHandle handle = start(executor, running);
    SlurmRuns.await(() -> reasons.length() > 0);
    assertThat(executor.lastPendingReason(running.id()).orElseThrow()).contains("Partition");
    SlurmExecutor other = runs.executor().build();
    assertThat(other.lastPendingReason(running.id())).as("it was never asked for").isEmpty();
    assertThat(other.inspect(running, runs.workspace(running)))
        .isInstanceOf(Inspection.Pending.class);
    assertThat(other.lastPendingReason(running.id()).orElseThrow()).contains("Partition");

    handle.cancel(new CancelRequest("ann", Runs.NOON));

    Run run = SlurmRuns.finished(running, handle);
    assertThat(run.status()).isEqualTo(RunStatus.CANCELLED);
    assertThat(reasons.toString()).contains("Partition");
    assertThat(handle.started()).isNotDone();
    assertThat(run.startedAt()).isEqualTo(running.createdAt());
  }

  @Test
  void a_job_that_waits_for_nodes_starts_when_slurm_starts_it_and_not_before() {
    Run blocker = runs.begun(null, "sleep", "1000");
    SlurmExecutor executor = with(Map.of("nodes", "3"), List.of("--exclusive"));
    ExecutionHandle first = start(executor, blocker);
    ExecutionHandle.Start start = first.started().join();
    Run waiting = runs.begun(null, "true");
    ExecutionHandle second = start(executor, waiting);
    SlurmRuns.await(
        () -> executor.inspect(waiting, runs.workspace(waiting)) instanceof Inspection.Pending);
    assertThat(second.started()).isNotDone();

    first.terminate();

    Run run = SlurmRuns.finished(waiting, second);
    assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
    assertThat(run.externalId()).matches("registrytest:\\d+");
    assertThat(run.startedAt()).isAfterOrEqualTo(start.at()).isAfter(run.createdAt());
    assertThat(first.await().outcome().status()).isEqualTo(RunStatus.FAILED);
  }

  @Test
  void a_job_that_waits_too_long_is_not_started() {
    SlurmExecutor executor =
        runs.executor()
            .options(new SlurmOptions(Map.of("nodes", "9"), List.of(), List.of()))
            .pendingTimeout(Duration.ofMillis(1))
            .build();

    Run run = execute(executor, runs.begun(null, "true"));

    assertThat(run.reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(run.message())
        .startsWith("It has waited longer than slurm.pending.timeout permits; Slurm: CANCELLED (");
  }

  @Test
  void a_workspace_that_the_nodes_cannot_write_is_named_as_the_cause() throws IOException {
    Run running = runs.begun(null, "true");
    SlurmExecutor executor =
        runs.executor()
            .options(new SlurmOptions(Map.of("nodes", "9"), List.of(), List.of()))
            .build();
    ExecutionHandle handle = start(executor, running);
    Path workspace = runs.workspace(running);
    Path elsewhere = folder.resolve("elsewhere");
    Files.move(workspace, elsewhere); // as on a node that does not share it
    cluster.output("scontrol", "update", "JobName=run-" + running.id(), "NumNodes=1");
    SlurmRuns.await(
        () ->
            cluster
                .output("squeue", "-h", "-t", "all", "-n", "run-" + running.id(), "-o", "%T")
                .contains("FAILED"));
    Files.move(elsewhere, workspace);

    Run run = SlurmRuns.finished(running, handle);

    assertThat(run.reason()).isEqualTo(RunReason.NOT_STARTED);
    assertThat(run.message())
        .contains("is the directory of the run on a file system that the nodes share?");
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void the_limit_of_slurm_ends_a_run_that_has_none_of_its_own() {
    Run run = SlurmRuns.finished(limited, ofLimited);

    assertThat(run.status()).isEqualTo(RunStatus.TIMEOUT);
    assertThat(run.message()).isEqualTo("Timed out after 60 s; by Slurm's limit");
  }

  @Test
  void an_exit_code_that_slurm_contradicts_is_kept_and_flagged() {
    Run running = runs.begun(null, "sh", "-c", "exit 1");
    Job completed =
        new Job(
            1,
            "run-" + running.id(),
            "COMPLETED",
            0,
            0,
            Optional.of(Instant.now()),
            Optional.of(Instant.now()),
            Duration.ZERO,
            Duration.ZERO,
            Optional.empty(),
            "None");
    execute(runs.executor().build(), running);

    ExecutionResult result = ending(running, completed);

    Run run = running.start("slurm", Instant.now()).finish(result.outcome(), Instant.now());

    assertThat(run.status()).isEqualTo(RunStatus.FAILED);
    assertThat(run.exitCode()).isEqualTo(1);
    assertThat(run.message()).isEqualTo("Failed with exit code 1; Slurm: COMPLETED");
    assertThat(contradictions).hasValue(1);
  }

  private ExecutionResult ending(Run running, Job job) {
    try {
      return new JobEnding(
              running,
              job,
              SlurmRuns.supervisor().evidence(running, runs.workspace(running)),
              false,
              false,
              contradictions::incrementAndGet)
          .result();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void arguments_arrive_as_they_are_and_only_allowed_variables() {
    Run running =
        runs.begun(
            null,
            "sh",
            "-c",
            "printf '[%s]' \"$@\"; echo $A $TOKEN",
            "sh",
            "a b",
            "$HOME",
            "c\nd'\"",
            "");
    SlurmExecutor executor =
        runs.executor()
            .environment(plus(cluster.environment(), Map.of("A", "x,y", "TOKEN", "secret")))
            .options(new SlurmOptions(Map.of(), List.of(), List.of("PATH", "A")))
            .build();

    Run run = execute(executor, running);

    assertThat(run.output().stdout().text()).isEqualTo("[a b][$HOME][c\nd'\"][]x,y\n");
  }

  private static Map<String, String> plus(Map<String, String> some, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(some);
    all.putAll(more);
    return all;
  }

  @Test
  void what_a_run_leaves_behind_does_not_outlive_it() {
    Run run =
        execute(
            runs.executor().build(),
            runs.begun(null, "sh", "-c", "setsid sh -c 'trap \"\" TERM; sleep 1000' & echo $!"));

    long left = Long.parseLong(run.output().stdout().text().strip());
    assertThat(ProcessHandle.of(left).filter(ProcessHandle::isAlive)).isEmpty();
    assertThat(run.status()).isEqualTo(RunStatus.COMPLETED);
  }
}
