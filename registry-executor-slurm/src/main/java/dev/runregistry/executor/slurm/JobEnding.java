package dev.runregistry.executor.slurm;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunOutcome.TimedOut;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.supervisor.RunSupervisor.Evidence;
import java.time.Duration;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Determines the outcome of a job that has ended, from what two witnesses say: Slurm, and the
 * supervisor by its files in the workspace. The word of Slurm comes first; the exit code is that of
 * the supervisor if it recorded one. A contradiction is logged and in the message.
 */
final class JobEnding {
  private static final Logger log = LoggerFactory.getLogger(JobEnding.class);
  private static final int SIGNAL_BASE = 128;
  private static final int CANNOT_START = 125;

  private final Run run;
  private final Job job;
  private final Evidence evidence;

  /**
   * Creates the ending.
   *
   * @param job in a final state
   */
  JobEnding(Run run, Job job, Evidence evidence) {
    this.run = run;
    this.job = job;
    this.evidence = evidence;
  }

  ExecutionResult result() {
    RunOutcome outcome = outcome();
    return new ExecutionResult(outcome, evidence.at().or(job::end));
  }

  private RunOutcome outcome() {
    return switch (job.state()) {
      case ENDED -> ended();
      case TIME_LIMIT -> marked().orElseGet(this::timedOut);
      case CANCELLED -> marked().orElseGet(() -> evidenced().orElseGet(this::endedBySlurm));
      case OUT_OF_MEMORY -> failedCode().orElseGet(this::endedBySlurm);
      case FAILED -> endedBySlurm();
      case PENDING, ACTIVE, UNKNOWN -> throw new IllegalStateException("not final: " + job);
    };
  }

  /** The registry recorded that it terminates the run, before it cancelled the job. */
  private Optional<RunOutcome> marked() {
    return evidence.marked();
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
    if (job.signal() == 0 && job.code() <= SIGNAL_BASE) { // a full disk; it exits with that code
      return new Exited(
          job.code(), evidence.output(), "only Slurm recorded that: " + job.description(), false);
    }
    return new Lost(
        "Lost: its supervisor was ended before it; Slurm: " + job.description(), evidence.output());
  }

  private boolean agrees() {
    return evidence.exitCode().isEmpty()
        || (job.signal() == 0 && job.code() == evidence.exitCode().getAsInt());
  }

  /** The outcome by the files, with what Slurm says. */
  private Optional<RunOutcome> evidenced() {
    return evidence.ended().map(this::noted);
  }

  private Optional<RunOutcome> failedCode() {
    return evidenced().filter(outcome -> outcome.exitCode() == null || outcome.exitCode() != 0);
  }

  private RunOutcome noted(RunOutcome outcome) {
    String says = "Slurm: " + job.description();
    if (!agrees()) {
      log.warn(
          "run {}: the supervisor recorded the exit code {}, and {}",
          run.id(),
          evidence.exitCode(),
          says);
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

  private RunOutcome endedBySlurm() {
    if (!evidence.started()) {
      return notStarted();
    }
    String recorded =
        evidence.exitCode().isPresent()
            ? "; its supervisor recorded the exit code " + evidence.exitCode().getAsInt()
            : "";
    return new Lost("Lost: Slurm: " + job.description() + recorded, evidence.output());
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
