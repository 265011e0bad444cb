package dev.runregistry.cli.runs;

import dev.runregistry.run.RegistryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.service.RunRegistry;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Waits for the end of some runs. Used by one thread. */
final class EndOfRuns {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
  private static final Duration RECOVERY_INTERVAL = Duration.ofSeconds(5);
  private static final Logger log = LoggerFactory.getLogger(EndOfRuns.class);

  private final RunRegistry registry;
  private final Map<RunId, Optional<Run>> runs = new LinkedHashMap<>(); // their ends, if known
  private long recoveredAt; // by the monotonic clock

  EndOfRuns(RunRegistry registry, List<RunId> ids) {
    this.registry = registry;
    ids.forEach(id -> runs.put(id, Optional.empty()));
    recoveredAt = System.nanoTime();
  }

  /**
   * Returns a run that does not exist; empty if there is none.
   *
   * @throws RepositoryException if this host does not have a run, and the database is away
   */
  Optional<RunId> findMissing() {
    return runs.keySet().stream().filter(id -> find(id).isEmpty()).findFirst();
  }

  private Optional<Run> find(RunId id) {
    return registry.findJournaled(id).or(() -> registry.find(id));
  }

  /** Returns those that have ended, in the order in which they were given. */
  List<Run> ended() {
    return runs.values().stream().flatMap(Optional::stream).toList();
  }

  /**
   * Blocks until all runs have ended, or one has.
   *
   * @return false if the time passes before
   */
  boolean await(boolean any, Optional<Duration> atMost) throws InterruptedException {
    long start = System.nanoTime();
    long pause = 20;
    while (true) {
      runs.replaceAll((id, end) -> end.or(() -> end(id)));
      int ended = ended().size();
      if (any ? ended > 0 : ended == runs.size()) {
        return true;
      }
      Duration passed = Duration.ofNanos(System.nanoTime() - start);
      long left = atMost.map(limit -> limit.minus(passed).toMillis()).orElse(Long.MAX_VALUE);
      if (left <= 0) {
        return false;
      }
      Thread.sleep(Math.min(left, pause));
      pause = Math.min(2 * pause, LONGEST_PAUSE.toMillis());
      recover();
    }
  }

  private Optional<Run> end(RunId id) {
    try {
      return find(id).filter(run -> run.status().isFinal());
    } catch (RegistryException e) { // away for now
      log.debug("run {} cannot be found now", id, e);
      return Optional.empty();
    }
  }

  /** Records what became of runs whose registry has died. */
  private void recover() {
    if (System.nanoTime() - recoveredAt < RECOVERY_INTERVAL.toNanos()) {
      return;
    }
    try {
      registry.reconcile();
    } catch (RegistryException e) { // tried again
      log.debug("runs without a registry cannot be recovered now", e);
    }
    recoveredAt = System.nanoTime();
  }
}
