package dev.runregistry.executor.slurm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.supervisor.RunSupervisor.Evidence;
import dev.runregistry.testkit.Runs;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What both witnesses say, and the record that it becomes, without a cluster. */
class JobEndingTest {
  private static final Evidence NOTHING = evidence(false, false, null, null, "");
  private static final Evidence STARTED = evidence(true, true, null, null, "");
  private static final RunOutcome MARKED = new Cancelled("ann", Output.NONE, "");

  private final AtomicInteger contradictions = new AtomicInteger();
  private final Run run = Runs.running(Runs.commandOf("true"), Runs.NOON);
  private boolean isTerminated;
  private boolean isOverdue;

  private static Evidence evidence(
      boolean supervised,
      boolean started,
      @Nullable Integer code,
      @Nullable RunOutcome marked,
      String messages) {
    return new Evidence(
        supervised,
        Optional.empty(),
        Optional.empty(),
        started,
        code == null ? OptionalInt.empty() : OptionalInt.of(code),
        Optional.ofNullable(code).map(number -> new Exited(number, Output.NONE)),
        Optional.ofNullable(marked),
        Optional.empty(),
        Output.NONE,
        messages);
  }

  private static Evidence exited(int code) {
    return evidence(true, true, code, null, "");
  }

  static Job job(String word, int code, int signal, String reason) {
    return new Job(
        7,
        "run",
        word,
        code,
        signal,
        Optional.of(Runs.NOON),
        Optional.of(Runs.NOON),
        Duration.ZERO,
        Duration.ofSeconds(9),
        Optional.empty(),
        reason);
  }

  private RunOutcome of(Job job, Evidence evidence) {
    return new JobEnding(
            run, job, evidence, isTerminated, isOverdue, contradictions::incrementAndGet)
        .result()
        .outcome();
  }

  private void becomes(
      Job job, Evidence evidence, RunReason reason, @Nullable Integer code, String message) {
    RunOutcome outcome = of(job, evidence);
    assertThat(outcome.reason()).as(outcome.message()).isEqualTo(reason);
    assertThat(outcome.exitCode()).as(outcome.message()).isEqualTo(code);
    assertThat(outcome.message()).contains(message);
  }

  @Test
  void a_job_that_ended_by_itself_has_the_exit_code_of_its_supervisor() {
    becomes(job("COMPLETED", 0, 0, "None"), exited(0), RunReason.EXITED, 0, "exit code 0");
    becomes(job("FAILED", 7, 0, "NonZeroExitCode"), exited(7), RunReason.EXITED, 7, "exit code 7");
    assertThat(contradictions).hasValue(0);
    becomes(job("FAILED", 0, 9, "None"), exited(0), RunReason.EXITED, 0, "Slurm: FAILED, signal 9");
    becomes(job("COMPLETED", 0, 0, "None"), exited(1), RunReason.EXITED, 1, "Slurm: COMPLETED");
    assertThat(contradictions).hasValue(2);
  }

  @Test
  void without_an_exit_code_on_a_full_disk_that_of_slurm_counts() {
    becomes(job("FAILED", 3, 0, "NonZeroExitCode"), STARTED, RunReason.EXITED, 3, "only Slurm");
    becomes(job("FAILED", 0, 9, "None"), STARTED, RunReason.LOST, null, "signal 9");
    becomes(job("FAILED", 1, 0, "None"), STARTED, RunReason.LOST, null, "its node has lost");
    becomes(job("FAILED", 137, 0, "None"), STARTED, RunReason.LOST, null, "exit code 137");
  }

  @Test
  void a_job_that_started_nothing_says_what_the_node_said() {
    becomes(
        job("FAILED", 125, 0, "NonZeroExitCode"),
        evidence(true, false, null, null, "no such directory"),
        RunReason.NOT_STARTED,
        null,
        "no such directory");
    for (Job unseen :
        new Job[] {
          job("FAILED", 125, 0, "None"),
          job("COMPLETED", 0, 0, "None"),
          job("FAILED", 0, 53, "JobLaunchFailure")
        }) {
      becomes(unseen, NOTHING, RunReason.NOT_STARTED, null, "file system that the nodes share?");
    }
    assertThat(of(job("FAILED", 127, 0, "None"), NOTHING).message()).doesNotContain("share?");
    becomes(
        job("FAILED", 125, 0, "None"),
        evidence(true, false, null, MARKED, ""),
        RunReason.CANCELLED,
        null,
        "");
  }

  @Test
  void a_cancelled_job_is_cancelled_by_the_registry_or_ended_by_slurm() {
    Job cancelled = job("CANCELLED", 0, 15, "None");
    becomes(cancelled, evidence(true, true, 143, MARKED, ""), RunReason.CANCELLED, null, "");
    becomes(cancelled, exited(143), RunReason.ENDED_BY_ENGINE, null, "recorded the exit code 143");
    becomes(cancelled, exited(4), RunReason.EXITED, 4, "Slurm: CANCELLED, signal 15");
    becomes(cancelled, STARTED, RunReason.ENDED_BY_ENGINE, null, "Ended by Slurm: CANCELLED");
    isTerminated = true;
    becomes(cancelled, NOTHING, RunReason.NOT_STARTED, null, "before Slurm had started it");
    becomes(cancelled, STARTED, RunReason.ENDED_BY_ENGINE, null, "Ended by Slurm");
    becomes(cancelled, exited(143), RunReason.SIGNALED, 143, "Slurm: CANCELLED");
    isOverdue = true;
    becomes(cancelled, NOTHING, RunReason.NOT_STARTED, null, "slurm.pending.timeout");
  }

  @Test
  void limits_nodes_and_states_of_slurm_have_reasons_of_their_own() {
    becomes(
        job("TIMEOUT", 0, 15, "TimeLimit"), STARTED, RunReason.TIMED_OUT, null, "Slurm's limit");
    becomes(
        job("TIMEOUT", 0, 15, "TimeLimit"),
        evidence(true, true, null, MARKED, ""),
        RunReason.CANCELLED,
        null,
        "");
    becomes(
        job("OUT_OF_MEMORY", 0, 125, "OutOfMemory"),
        exited(0),
        RunReason.OUT_OF_MEMORY,
        null,
        "recorded the exit code 0");
    becomes(job("NODE_FAIL", 0, 0, "NodeDown"), STARTED, RunReason.NODE_FAILED, null, "NodeDown");
    becomes(job("PREEMPTED", 0, 0, "None"), STARTED, RunReason.ENDED_BY_ENGINE, null, "PREEMPTED");
    becomes(job("NEW_WORD", 0, 0, "None"), STARTED, RunReason.ENDED_BY_ENGINE, null, "NEW_WORD");
    becomes(job("NEW_WORD", 0, 0, "None"), exited(0), RunReason.EXITED, 0, "Slurm: NEW_WORD");
    assertThat(of(job("NODE_FAIL", 0, 0, "NodeDown"), STARTED).status())
        .isEqualTo(RunStatus.FAILED);
  }

  @Test
  void a_deadline_that_passed_in_the_queue_started_nothing() {
    Job waited =
        new Job(
            7,
            "run",
            "DEADLINE",
            0,
            0,
            Optional.empty(),
            Optional.of(Runs.NOON),
            Duration.ofSeconds(9),
            Duration.ZERO,
            Optional.empty(),
            "DeadLine");

    becomes(waited, NOTHING, RunReason.NOT_STARTED, null, "DEADLINE");
  }
}
