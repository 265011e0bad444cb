package dev.runregistry.executor.slurm;

import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The jobs of this user as {@code squeue} knew them a moment ago, for the inspection of many runs
 * one after the other with one query. Safe for use by many threads.
 */
final class JobTable {
  private final SlurmCommands slurm;
  private final Duration maxAge;
  private volatile Map<String, Job> jobs = Map.of(); // written under the lock of this
  private long until = System.nanoTime() - 1; // guarded by this

  /**
   * Creates the table.
   *
   * @param maxAge the maximum age of an answer
   */
  JobTable(SlurmCommands slurm, Duration maxAge) {
    this.slurm = slurm;
    this.maxAge = maxAge;
  }

  /**
   * Returns the job with that name; empty if Slurm does not know it.
   *
   * @throws SlurmUnreachableException if it does not answer
   */
  synchronized Optional<Job> find(String name) throws IOException {
    if (System.nanoTime() - until >= 0) {
      jobs = slurm.findAll();
      until = System.nanoTime() + maxAge.toNanos();
    }
    return Optional.ofNullable(jobs.get(name));
  }

  /** Returns the job with that name as it was at the last query, however long that is ago. */
  Optional<Job> last(String name) {
    return Optional.ofNullable(jobs.get(name));
  }

  /** Makes the next {@link #find} query Slurm. */
  synchronized void forget() {
    until = System.nanoTime() - 1;
  }

  /** Returns the job as it is now. */
  Optional<Job> findNow(String name) throws IOException {
    return Optional.ofNullable(slurm.find(Set.of(name)).get(name));
  }
}
