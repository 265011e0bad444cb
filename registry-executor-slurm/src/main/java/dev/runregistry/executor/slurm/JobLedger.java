package dev.runregistry.executor.slurm;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.supervisor.RunSupervisor;
import dev.runregistry.run.port.supervisor.RunSupervisor.Evidence;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides whether a job has ended, for live and for orphaned runs. Late evidence is given time:
 * files of another host may be seen seconds after the job has ended, and a controller that restarts
 * may not know a job for a while. All times are those of the file system of the workspace. Safe for
 * use by many threads.
 */
final class JobLedger {
  private final SlurmCommands slurm;
  private final RunSupervisor supervisor;
  private final Duration evidenceDelay;
  private final Duration forgottenDelay;
  private final Runnable onContradiction;

  /**
   * Creates the ledger.
   *
   * @param evidenceDelay how long the exit code of a job that ended by itself may be late
   * @param forgottenDelay how long a job has to be unknown to Slurm, without a change in its
   *     workspace, before it is lost
   * @param onContradiction called if Slurm and the supervisor contradict each other
   */
  JobLedger(
      SlurmCommands slurm,
      RunSupervisor supervisor,
      Duration evidenceDelay,
      Duration forgottenDelay,
      Runnable onContradiction) {
    this.slurm = slurm;
    this.supervisor = supervisor;
    this.evidenceDelay = evidenceDelay;
    this.forgottenDelay = forgottenDelay;
    this.onContradiction = onContradiction;
  }

  /**
   * Returns how the job ended; empty if it has not, or that is not certain yet.
   *
   * @param known the job as {@code squeue} has it; empty if it does not
   * @throws IOException if a witness cannot be read now
   */
  Optional<JobEnd> ending(Run run, Path workspace, Optional<Job> known) throws IOException {
    Optional<Job> job =
        known.isPresent() ? known : slurm.findAccounted(SlurmExecutor.jobName(run.id()));
    return job.isPresent() ? ended(run, workspace, job.get()) : forgotten(run, workspace);
  }

  private Optional<JobEnd> ended(Run run, Path workspace, Job job) throws IOException {
    if (!job.state().isFinal() && job.state() != JobState.UNKNOWN) {
      return Optional.empty();
    }
    Evidence evidence = supervisor.evidence(run, workspace);
    if (evidence.ended().isEmpty()
        && mayRun(job, evidence)
        && (!isSilentFor(workspace, forgottenDelay) || mayRunOn(evidence))) {
      return Optional.empty();
    }
    boolean isComplete =
        !mayHaveExitCode(job, evidence)
            || evidence.ended().isPresent()
            || isSilentFor(workspace, evidenceDelay);
    return isComplete
        ? Optional.of(
            end(
                workspace,
                evidence,
                Optional.of(job),
                ending(run, workspace, job, evidence).result()))
        : Optional.empty();
  }

  /**
   * In a state that this version does not know; or in that of a job that its node has lost, such as
   * after a crash of the controller, to which Slurm gives an exit code of its own.
   */
  private static boolean mayRun(Job job, Evidence evidence) {
    return job.state() == JobState.UNKNOWN || (evidence.started() && job.mayBeMissed());
  }

  /** Returns whether the exit code of the command counts, and may be recorded although unseen. */
  private static boolean mayHaveExitCode(Job job, Evidence evidence) {
    return job.state() == JobState.ENDED
        ? job.signal() == 0
        : job.state() == JobState.CANCELLED && evidence.started() && evidence.marked().isEmpty();
  }

  private JobEnding ending(Run run, Path workspace, Job job, Evidence evidence) throws IOException {
    JobFile file = new JobFile(workspace);
    return new JobEnding(
        run, job, evidence, file.isTerminated(), file.isOverdue(), onContradiction);
  }

  /**
   * Slurm forgets jobs some minutes after their end, and may lose one when its controller dies: the
   * job then goes on. So without an exit code a job that began is lost only if its supervisor gives
   * no sign of life any more, on a node that is up; on one that is cut off nothing is known.
   */
  private Optional<JobEnd> forgotten(Run run, Path workspace) throws IOException {
    Evidence evidence = supervisor.evidence(run, workspace);
    if (evidence.ended().isPresent()) {
      RunOutcome outcome = evidence.marked().orElse(evidence.ended().get());
      return Optional.of(
          end(workspace, evidence, Optional.empty(), new ExecutionResult(outcome, evidence.at())));
    }
    if (!isSilentFor(workspace, forgottenDelay)) {
      return Optional.empty();
    }
    if (evidence.supervised()) {
      return mayRunOn(evidence)
          ? Optional.empty()
          : Optional.of(end(workspace, evidence, Optional.empty(), lost(evidence)));
    }
    supervisor.preventStart(workspace);
    Evidence last = supervisor.evidence(run, workspace);
    return last.supervised()
        ? Optional.empty() // seen at the next look
        : Optional.of(new JobEnd(neverStarted(last), Optional.empty()));
  }

  private boolean mayRunOn(Evidence evidence) throws IOException {
    Optional<String> host = evidence.host();
    return host.isPresent() && !slurm.isUp(host.get());
  }

  private static ExecutionResult lost(Evidence evidence) {
    return evidence
        .marked()
        .map(outcome -> new ExecutionResult(outcome, evidence.at()))
        .orElseGet(
            () ->
                ExecutionResult.of(
                    new Lost(
                        "Lost: Slurm does not know its job any more, its supervisor gives no sign of"
                            + " life, and no exit code was recorded",
                        evidence.output())));
  }

  private static ExecutionResult neverStarted(Evidence evidence) {
    return ExecutionResult.of(
        evidence
            .marked()
            .orElseGet(
                () ->
                    new NotStarted(
                        NotStarted.Cause.REFUSED,
                        "Slurm does not know its job, which has not started it")));
  }

  /** Adds the start of a run that has one: Slurm's, else that of its supervisor. */
  private static JobEnd end(
      Path workspace, Evidence evidence, Optional<Job> job, ExecutionResult result)
      throws IOException {
    boolean isStarted = !(result.outcome() instanceof NotStarted);
    Optional<String> name = new JobFile(workspace).externalId();
    return new JobEnd(
        result,
        job.flatMap(Job::start)
            .or(evidence::began)
            .filter(start -> isStarted)
            .map(start -> new ExecutionHandle.Start(start, name)));
  }

  private boolean isSilentFor(Path workspace, Duration delay) throws IOException {
    return supervisor.silence(workspace).compareTo(delay) >= 0;
  }
}
