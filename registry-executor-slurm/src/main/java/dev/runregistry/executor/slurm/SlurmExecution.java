package dev.runregistry.executor.slurm;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.supervisor.RunSupervisor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A job that this process submitted or found, until its end. The watch calls {@link #observe}. */
final class SlurmExecution implements ExecutionHandle {
  private static final Logger log = LoggerFactory.getLogger(SlurmExecution.class);

  private final Run run;
  private final Path workspace;
  private final RunSupervisor supervisor;
  private final SlurmCommands slurm;
  private final JobLedger ledger;
  private final Runnable nudge;
  private final Optional<Duration> pendingTimeout;
  private final Consumer<String> onPending;
  private final Consumer<RunOutcome> onEnd;
  private final long submitted = System.nanoTime();
  private final CompletableFuture<ExecutionResult> result = new CompletableFuture<>();
  private boolean cancelled; // all guarded by this
  private boolean timedOut;
  private boolean terminates; // a scancel that has not succeeded is due
  private @Nullable CancelRequest unmarked; // a request whose mark could not be written yet
  private String pendingReason = "";
  private @Nullable Long deadline; // by the monotonic clock, once it runs

  /**
   * Creates the handle.
   *
   * @param nudge makes the watch observe its jobs at once
   * @param pendingTimeout how long the job may wait
   * @param onPending is called with each new reason why it waits
   * @param onEnd is called with the outcome before the result is known
   */
  SlurmExecution(
      Run run,
      Path workspace,
      RunSupervisor supervisor,
      SlurmCommands slurm,
      JobLedger ledger,
      Runnable nudge,
      Optional<Duration> pendingTimeout,
      Consumer<String> onPending,
      Consumer<RunOutcome> onEnd) {
    this.run = run;
    this.workspace = workspace;
    this.supervisor = supervisor;
    this.slurm = slurm;
    this.ledger = ledger;
    this.nudge = nudge;
    this.pendingTimeout = pendingTimeout;
    this.onPending = onPending;
    this.onEnd = onEnd;
  }

  String jobName() {
    return SlurmExecutor.jobName(run.id());
  }

  @Override
  public CompletableFuture<ExecutionResult> result() {
    return result;
  }

  @Override
  public void terminate() {
    if (!result.isDone()) {
      synchronized (this) {
        terminates = true;
      }
      nudge.run();
    }
  }

  @Override
  public void cancel(CancelRequest request) {
    if (result.isDone()) {
      return;
    }
    synchronized (this) {
      if (cancelled || timedOut) {
        return;
      }
      cancelled = true;
      unmarked = request;
    }
    terminate();
  }

  /** Returns the time until the time limit; empty if it is unknown, or was enforced. */
  synchronized Optional<Duration> untilDeadline() {
    return deadline == null || cancelled || timedOut
        ? Optional.empty()
        : Optional.of(Duration.ofNanos(deadline - System.nanoTime()));
  }

  /**
   * Does what is due: marks why the run is terminated, then cancels its job. Retried on failure.
   */
  synchronized void act() {
    try {
      if (untilDeadline().filter(left -> left.isNegative() || left.isZero()).isPresent()) {
        supervisor.markTimedOut(workspace);
        timedOut = true;
        terminates = true;
      }
      if (!terminates) {
        return;
      }
      if (unmarked != null) {
        supervisor.markCancelled(workspace, unmarked);
        unmarked = null;
      }
      slurm.cancel(jobName());
      terminates = false;
    } catch (IOException e) {
      log.warn("run {} cannot be terminated yet: {}", run.id(), e.getMessage());
    }
  }

  /**
   * Considers what Slurm says, and completes the result if the job has ended.
   *
   * @param job empty if Slurm does not know it
   */
  void observe(Optional<Job> job) {
    try {
      job.filter(found -> found.state() == JobState.ACTIVE).ifPresent(this::started);
      job.filter(found -> found.state() == JobState.PENDING).ifPresent(this::pending);
      ledger.ending(run, workspace, job).ifPresent(this::end);
    } catch (IOException e) {
      log.debug("run {} cannot be inspected yet", run.id(), e);
    } catch (RuntimeException e) {
      result.completeExceptionally(e);
    }
  }

  private void end(ExecutionResult ending) {
    onEnd.accept(ending.outcome());
    result.complete(ending);
  }

  private synchronized void started(Job job) {
    Duration limit = run.spec().timeLimit();
    if (limit != null && deadline == null) {
      deadline = System.nanoTime() + limit.minus(job.elapsed()).toNanos();
    }
  }

  private void pending(Job job) {
    boolean isNew;
    synchronized (this) {
      isNew = !job.reason().equals(pendingReason);
      pendingReason = job.reason();
    }
    if (isNew) {
      onPending.accept(job.reason());
    }
    if (pendingTimeout.filter(this::isPendingLongerThan).isPresent()) {
      terminate();
    }
  }

  private boolean isPendingLongerThan(Duration limit) {
    return System.nanoTime() - submitted >= limit.toNanos();
  }
}
