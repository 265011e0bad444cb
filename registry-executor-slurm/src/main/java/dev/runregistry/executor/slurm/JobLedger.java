package dev.runregistry.executor.slurm;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.supervisor.RunSupervisor;
import dev.runregistry.run.port.supervisor.RunSupervisor.Evidence;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Decides whether a job has ended, for live and for orphaned runs. Gives late evidence time: files
 * of another host may be seen seconds after the job has ended, and a controller that restarts may
 * not know a job for a while. Safe for use by many threads.
 */
final class JobLedger {
  private final SlurmCommands slurm;
  private final RunSupervisor supervisor;
  private final Duration evidenceDelay;
  private final Duration forgottenDelay;
  private final Map<RunId, Missing> missing = new ConcurrentHashMap<>();

  /**
   * Something that is not there.
   *
   * @param since by the monotonic clock
   * @param files the state of the workspace then
   */
  private record Missing(long since, long files) {
    boolean lasts(Duration delay) {
      return System.nanoTime() - since >= delay.toNanos();
    }
  }

  /**
   * Creates the ledger.
   *
   * @param evidenceDelay how long the exit code of a job that ended by itself may be late
   * @param forgottenDelay how long a job has to be unknown, without a change in its workspace,
   *     before it is lost
   */
  JobLedger(
      SlurmCommands slurm,
      RunSupervisor supervisor,
      Duration evidenceDelay,
      Duration forgottenDelay) {
    this.slurm = slurm;
    this.supervisor = supervisor;
    this.evidenceDelay = evidenceDelay;
    this.forgottenDelay = forgottenDelay;
  }

  /**
   * Returns how the job ended; empty if it has not, or that is not certain yet.
   *
   * @param known the job as {@code squeue} has it; empty if it does not
   * @throws IOException if a witness cannot be read now
   */
  Optional<ExecutionResult> ending(Run run, Path workspace, Optional<Job> known)
      throws IOException {
    return ending(run, workspace, known, false);
  }

  /**
   * Returns the same for a run whose registry died: how long something is missing is then counted
   * from the last change in its workspace, because this process may have begun a moment ago.
   */
  Optional<ExecutionResult> orphanEnding(Run run, Path workspace, Optional<Job> known)
      throws IOException {
    return ending(run, workspace, known, true);
  }

  private Optional<ExecutionResult> ending(
      Run run, Path workspace, Optional<Job> known, boolean isOrphan) throws IOException {
    Optional<Job> job =
        known.isPresent() ? known : slurm.findAccounted(SlurmExecutor.jobName(run.id()));
    Optional<ExecutionResult> ending =
        job.isPresent()
            ? ended(run, workspace, job.get(), isOrphan)
            : forgotten(run, workspace, isOrphan);
    if (ending.isPresent() || known.filter(found -> !found.state().isFinal()).isPresent()) {
      missing.remove(run.id());
    }
    return ending;
  }

  private Optional<ExecutionResult> ended(Run run, Path workspace, Job job, boolean isOrphan)
      throws IOException {
    if (!job.state().isFinal()) {
      return Optional.empty();
    }
    Evidence evidence = supervisor.evidence(run, workspace);
    boolean isComplete =
        job.state() != JobState.ENDED
            || evidence.ended().isPresent()
            || job.signal() > 0
            || isMissingFor(run, workspace, evidenceDelay, isOrphan);
    return isComplete ? Optional.of(new JobEnding(run, job, evidence).result()) : Optional.empty();
  }

  /** Slurm forgets jobs some minutes after their end, and may lose one when its controller dies. */
  private Optional<ExecutionResult> forgotten(Run run, Path workspace, boolean isOrphan)
      throws IOException {
    Evidence evidence = supervisor.evidence(run, workspace);
    if (evidence.ended().isPresent()) {
      return Optional.of(
          new ExecutionResult(evidence.marked().orElse(evidence.ended().get()), evidence.at()));
    }
    if (!isMissingFor(run, workspace, forgottenDelay, isOrphan)) {
      return Optional.empty();
    }
    supervisor.preventStart(workspace);
    Evidence last = supervisor.evidence(run, workspace);
    if (last.ended().isPresent() || (last.supervised() && !evidence.supervised())) {
      return Optional.empty(); // seen at the next look
    }
    return Optional.of(
        last.marked()
            .map(outcome -> new ExecutionResult(outcome, last.at()))
            .orElseGet(
                () -> ExecutionResult.of(new Lost("Lost: " + lossReason(last), last.output()))));
  }

  /** Returns why a run is lost whose job Slurm does not know. */
  static String lossReason(Evidence evidence) {
    return evidence.started()
        ? "Slurm does not know its job any more, and no exit code was recorded"
        : "Slurm does not know its job, which has not started it";
  }

  private boolean isMissingFor(Run run, Path workspace, Duration delay, boolean isOrphan)
      throws IOException {
    List<File> files = files(workspace);
    if (isOrphan) {
      long last = files.stream().mapToLong(File::lastModified).max().orElse(0);
      if (System.currentTimeMillis() - last >= delay.toMillis()) {
        return true;
      }
    }
    long state =
        files.stream()
            .mapToLong(file -> file.hashCode() + 31 * file.length() + file.lastModified())
            .sum();
    Missing first =
        missing.compute(
            run.id(),
            (id, before) ->
                before == null || before.files != state
                    ? new Missing(System.nanoTime(), state)
                    : before);
    return first.lasts(delay);
  }

  private static List<File> files(Path workspace) throws IOException {
    try (Stream<Path> files = Files.list(workspace)) {
      return files.map(Path::toFile).toList();
    }
  }
}
