package dev.runregistry.executor.slurm;

import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches all jobs in flight: one thread, which lives while there are some, and one {@code squeue}
 * per interval. While the controller does not answer, nothing is concluded about any of them. Safe
 * for use by many threads.
 */
final class JobWatch {
  private static final Logger log = LoggerFactory.getLogger(JobWatch.class);

  private final SlurmCommands slurm;
  private final Duration interval;
  private final Set<SlurmExecution> executions = new LinkedHashSet<>(); // all guarded by this
  private @Nullable Thread thread;
  private boolean nudged;
  private boolean away;

  JobWatch(SlurmCommands slurm, Duration interval) {
    this.slurm = slurm;
    this.interval = interval;
  }

  synchronized void add(SlurmExecution execution) {
    executions.add(execution);
    if (thread == null) {
      thread = new Thread(this::run, "slurm jobs");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Returns why a watched job waits, as Slurm last said; empty if it is not watched. */
  synchronized Optional<String> pendingReason(String jobName) {
    return executions.stream()
        .filter(execution -> execution.jobName().equals(jobName))
        .findFirst()
        .map(SlurmExecution::pendingReason);
  }

  /** Makes it look at once. */
  synchronized void nudge() {
    nudged = true;
    notifyAll();
  }

  private void run() {
    for (List<SlurmExecution> now = next(); !now.isEmpty(); now = next()) {
      try {
        now.forEach(SlurmExecution::act);
        observe(now);
      } catch (RuntimeException | Error e) { // a defect, or no memory: the jobs are watched on
        log.error("jobs cannot be watched yet", e);
      }
    }
  }

  /**
   * Blocks until it is time to look; returns the jobs in flight, empty at the end of the thread.
   */
  private synchronized List<SlurmExecution> next() {
    executions.removeIf(execution -> execution.result().isDone());
    long until = System.nanoTime() + interval.toNanos();
    try {
      while (!nudged && !executions.isEmpty()) {
        long millis = Duration.ofNanos(Math.min(until, deadline()) - System.nanoTime()).toMillis();
        if (millis <= 0) {
          break;
        }
        wait(millis);
      }
    } catch (InterruptedException e) { // not expected
      log.debug("the watch was interrupted", e);
    }
    nudged = false;
    if (executions.isEmpty()) {
      thread = null;
    }
    return List.copyOf(executions);
  }

  /** Returns the next time limit, by the monotonic clock. */
  private long deadline() {
    return executions.stream()
        .map(SlurmExecution::untilDeadline)
        .flatMap(Optional::stream)
        .mapToLong(left -> System.nanoTime() + left.toNanos() + 1_000_000)
        .min()
        .orElse(Long.MAX_VALUE);
  }

  private void observe(List<SlurmExecution> now) {
    Map<String, Job> jobs;
    try {
      Set<String> names =
          now.stream().map(SlurmExecution::jobName).collect(Collectors.toUnmodifiableSet());
      jobs = slurm.find(names);
      if (away) {
        log.warn("Slurm answers again");
      }
      away = false;
    } catch (IOException e) {
      if (!away) {
        log.warn("{}; its jobs are watched again when it does", e.getMessage());
      }
      away = true;
      return;
    }
    for (SlurmExecution execution : now) {
      execution.observe(Optional.ofNullable(jobs.get(execution.jobName())));
    }
  }
}
