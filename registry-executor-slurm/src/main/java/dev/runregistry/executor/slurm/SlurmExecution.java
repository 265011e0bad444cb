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
  private final CompletableFuture<ExecutionHandle.Start> started = new CompletableFuture<>();
  private final CompletableFuture<ExecutionResult> result = new CompletableFuture<>();
  private boolean cancelled; // all guarded by this
  private boolean timedOut;
  private boolean terminates; // a termination whose mark could not be written yet
  private boolean cancels; // a scancel that has not succeeded is due
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

  /** Returns why it waits, as Slurm last said; empty before its first answer. */
  synchronized String pendingReason() {
    return pendingReason;
  }

  @Override
  public CompletableFuture<ExecutionResult> result() {
    return result;
  }

  @Override
  public CompletableFuture<ExecutionHandle.Start> started() {
    return started;
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

  private void cancelJob() {
    synchronized (this) {
      cancels = true;
    }
    nudge.run();
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
    cancelJob();
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
        cancels = true;
      }
      if (terminates) {
        new JobFile(workspace).terminated();
        terminates = false;
        cancels = true;
      }
      if (!cancels) {
        return;
      }
      if (unmarked != null) {
        supervisor.markCancelled(workspace, unmarked);
        unmarked = null;
      }
      slurm.cancel(jobName());
      cancels = false;
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
      if (job.isPresent()) {
        switch (job.get().state()) {
          case ACTIVE -> started(job.get());
          case PENDING -> pending(job.get());
          case ENDED,
              TIME_LIMIT,
              CANCELLED,
              OUT_OF_MEMORY,
              NODE_FAILED,
              ENDED_BY_SLURM,
              UNKNOWN -> {}
        }
      }
      ledger.ending(run, workspace, job).ifPresent(this::end);
    } catch (IOException e) {
      log.debug("run {} cannot be inspected yet", run.id(), e);
    } catch (RuntimeException e) { // a defect, from which nothing follows about the job
      log.error("run {} cannot be inspected yet", run.id(), e);
    }
  }

  private void end(JobEnd end) {
    end.start().ifPresent(started::complete);
    onEnd.accept(end.result().outcome());
    result.complete(end.result());
  }

  private void started(Job job) throws IOException {
    if (job.start().isEmpty()) {
      return;
    }
    synchronized (this) {
      Duration limit = run.spec().timeLimit();
      if (limit != null && deadline == null) {
        deadline = System.nanoTime() + limit.minus(job.elapsed()).toNanos();
      }
    }
    if (!started.isDone()) {
      started.complete(
          new ExecutionHandle.Start(job.start().get(), new JobFile(workspace).externalId()));
    }
  }

  private void pending(Job job) throws IOException {
    boolean isNew;
    synchronized (this) {
      isNew = !job.reason().equals(pendingReason);
      pendingReason = job.reason();
    }
    if (isNew) {
      onPending.accept(job.reason());
    }
    if (job.hasWaitedFor(pendingTimeout)) {
      new JobFile(workspace).overdue();
      cancelJob();
    }
  }
}
