package dev.runregistry.executor.slurm;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.EndedByEngine;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.supervisor.RunSupervisor.Evidence;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Determines the outcome of a job that has ended, from what two witnesses say: Slurm, and the
 * supervisor by its files in the workspace. Slurm's state comes first; the exit code is that of the
 * supervisor if it recorded one. A contradiction is logged and in the message.
 */
final class JobEnding {
  private static final Logger log = LoggerFactory.getLogger(JobEnding.class);
  private static final int SIGNAL_BASE = 128;
  private static final int CANNOT_START = 125;

  private final Run run;
  private final Job job;
  private final Evidence evidence;
  private final boolean isTerminated;
  private final boolean isOverdue;
  private final Runnable onContradiction;

  /**
   * Creates the ending.
   *
   * @param job one that does not run any more
   * @param isTerminated whether the registry cancelled it to terminate the run
   * @param isOverdue whether the registry cancelled it because it waited too long
   * @param onContradiction called if the witnesses contradict each other
   */
  JobEnding(
      Run run,
      Job job,
      Evidence evidence,
      boolean isTerminated,
      boolean isOverdue,
      Runnable onContradiction) {
    this.run = run;
    this.job = job;
    this.evidence = evidence;
    this.isTerminated = isTerminated;
    this.isOverdue = isOverdue;
    this.onContradiction = onContradiction;
  }

  ExecutionResult result() {
    RunOutcome outcome = outcome();
    return new ExecutionResult(outcome, evidence.at().or(job::end));
  }

  private RunOutcome outcome() {
    return switch (job.state()) {
      case ENDED -> ended();
      case TIME_LIMIT -> evidence.marked().orElseGet(this::timedOut);
      case CANCELLED -> evidence.marked().orElseGet(this::cancelled);
      case OUT_OF_MEMORY -> byEngine(RunReason.OUT_OF_MEMORY);
      case NODE_FAILED -> byEngine(RunReason.NODE_FAILED);
      case ENDED_BY_SLURM -> byEngine(RunReason.ENDED_BY_ENGINE);
      case UNKNOWN -> evidenced().orElseGet(() -> byEngine(RunReason.ENDED_BY_ENGINE));
      case PENDING, ACTIVE -> throw new IllegalStateException("not final: " + job);
    };
  }

  /**
   * By itself, before a cancellation or a time limit took effect: else Slurm calls it cancelled.
   */
  private RunOutcome ended() {
    if (evidence.marked().isPresent() && !evidence.started()) {
      return evidence.marked().get(); // the supervisor saw the mark and started nothing
    }
    if (evidence.ended().isPresent()) {
      return agrees() ? evidence.ended().get() : noted(evidence.ended().get());
    }
    if (!evidence.started()) {
      return notStarted();
    }
    if (job.mayBeMissed()) {
      return new Lost(
          "Lost: no exit code was recorded; Slurm: "
              + job.description()
              + ", as it says also of a job that its node has lost",
          evidence.output());
    }
    if (job.signal() == 0 && job.code() <= SIGNAL_BASE) { // a full disk; it exits with that code
      return new Exited(
          job.code(), evidence.output(), "only Slurm recorded that: " + job.description(), false);
    }
    return new Lost(
        "Lost: its supervisor was killed before it ended; Slurm: " + job.description(),
        evidence.output());
  }

  private boolean agrees() {
    return evidence.exitCode().isEmpty()
        || (job.signal() == 0 && job.code() == evidence.exitCode().getAsInt());
  }

  /** The registry or another command cancelled the job, which may have ended by itself before. */
  private RunOutcome cancelled() {
    if (isOverdue && !evidence.supervised()) {
      return new NotStarted(
          NotStarted.Cause.REFUSED,
          "It has waited longer than slurm.pending.timeout permits; Slurm: " + job.description());
    }
    if (isTerminated) {
      return evidence.started()
          ? evidenced().orElseGet(() -> byEngine(RunReason.ENDED_BY_ENGINE))
          : new NotStarted(
              NotStarted.Cause.REFUSED,
              "It was terminated before Slurm had started it; Slurm: " + job.description());
    }
    return evidenced()
        .filter(outcome -> outcome.exitCode() == null || outcome.exitCode() <= SIGNAL_BASE)
        .orElseGet(() -> byEngine(RunReason.ENDED_BY_ENGINE));
  }

  /** The outcome by the files, with what Slurm says. */
  private Optional<RunOutcome> evidenced() {
    return evidence.ended().map(this::noted);
  }

  private RunOutcome noted(RunOutcome outcome) {
    String says = "Slurm: " + job.description();
    if (!agrees()) {
      log.warn(
          "run {}: the supervisor recorded the exit code {}, and {}",
          run.id(),
          evidence.exitCode(),
          says);
      onContradiction.run();
    }
    return outcome instanceof Exited exited
        ? new Exited(
            exited.code(),
            exited.output(),
            exited.note().isEmpty() ? says : exited.note() + "; " + says,
            exited.signaled())
        : outcome;
  }

  private RunOutcome timedOut() {
    if (job.start().isEmpty() && !evidence.supervised()) { // its deadline passed in the queue
      return notStarted();
    }
    Duration limit =
        job.limit().or(() -> Optional.ofNullable(run.spec().timeLimit())).orElse(job.elapsed());
    return new TimedOut(limit, evidence.output(), "by Slurm's limit");
  }

  private RunOutcome byEngine(RunReason reason) {
    String recorded =
        evidence.exitCode().isPresent()
            ? "; its supervisor recorded the exit code " + evidence.exitCode().getAsInt()
            : "";
    return new EndedByEngine(
        reason, evidence.output(), "Ended by Slurm: " + job.description() + recorded);
  }

  private RunOutcome notStarted() {
    boolean isUnseen =
        job.reason().equals("JobLaunchFailure")
            || (job.state() == JobState.ENDED
                && job.signal() == 0
                && (job.code() == 0 || job.code() == CANNOT_START));
    String why =
        isUnseen && !evidence.supervised() && evidence.messages().isEmpty()
            ? "; is the directory of the run on a file system that the nodes share?"
            : "";
    String said = evidence.messages().isEmpty() ? "" : "; " + evidence.messages();
    return new NotStarted(
        NotStarted.Cause.REFUSED,
        "The job did not start it; Slurm: " + job.description() + said + why);
  }
}
