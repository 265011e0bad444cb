package dev.runregistry.run.service;

import static java.util.stream.Collectors.toUnmodifiableSet;

import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostNotRetiredException;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.RetiredHost;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.port.host.Hosts;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Announces homes, and retires hosts that are gone for good: records the statement, then the active
 * runs that end with the host as lost. Safe for use by many threads.
 */
final class HostRecords {
  private static final Logger log = LoggerFactory.getLogger(HostRecords.class);
  private static final int PIECE = 200;

  private final Hosts hosts;
  private final RunRepository repository;
  private final List<RunExecutor> executors;
  private final @Nullable QueuedRuns queued;
  private final TakenOverRuns takenOver;
  private final Set<RunId> assigned = ConcurrentHashMap.newKeySet(); // waiting runs

  /**
   * Creates it.
   *
   * @param queued the waiting runs; null if there is no queue
   * @param takenOver is told of each announcement
   */
  HostRecords(
      Hosts hosts,
      RunRepository repository,
      List<RunExecutor> executors,
      @Nullable QueuedRuns queued,
      TakenOverRuns takenOver) {
    this.hosts = hosts;
    this.takenOver = takenOver;
    this.queued = queued;
    this.repository = repository;
    this.executors = executors;
  }

  Hosts hosts() {
    return hosts;
  }

  TakenOverRuns takenOver() {
    return takenOver;
  }

  /** Announces a home, and assigns the runs to it that wait there or in an engine. */
  void announce(Home home) {
    hosts.announce(home);
    if (queued != null) {
      assignWaiting(home, queued);
    }
    takenOver.announced(home);
  }

  private void assignWaiting(Home home, QueuedRuns queued) {
    Set<RunId> waiting = Set.copyOf(queued.recorded());
    assigned.retainAll(waiting);
    List<RunId> added = waiting.stream().filter(id -> !assigned.contains(id)).toList();
    if (!added.isEmpty()) {
      hosts.assign(home.id(), null, added);
      assigned.addAll(added);
    }
  }

  /**
   * Returns the host if it can be retired now.
   *
   * @throws HostNotRetiredException if it cannot
   */
  KnownHost requireRetirable(String name) {
    KnownHost host =
        hosts
            .find(name)
            .orElseThrow(
                () ->
                    new HostNotRetiredException(
                        "no host %s is known; `registry hosts` lists them".formatted(name)));
    if (host.isSeen()) {
      throw seen(host);
    }
    HostRetirement last = host.retirement();
    if (last != null && host.isRetired() && host.pending() + host.running() == 0) {
      throw new HostNotRetiredException(
          "host %s was retired by %s at %s and was not seen since"
              .formatted(name, last.user(), Timestamps.text(last.at())));
    }
    return host;
  }

  private static HostNotRetiredException seen(KnownHost host) {
    return new HostNotRetiredException(
        "host %s was seen %d s ago; it can be retired once it was not seen for %d s"
            .formatted(
                host.name(),
                host.quietFor().orElse(Duration.ZERO).toSeconds(),
                KnownHost.UNSEEN_AFTER.toSeconds()));
  }

  /**
   * Retires a host. If the database fails before all its runs are recorded as lost, the next call
   * records the others.
   *
   * @throws HostNotRetiredException if it cannot be retired now
   */
  RetiredHost retire(String name, String user, String reason) {
    requireRetirable(name);
    Optional<HostRetirement> recorded = hosts.retire(name, user, reason);
    if (recorded.isEmpty()) {
      throw seen(requireRetirable(name)); // it came back just now
    }
    HostRetirement retirement = recorded.get();
    log.info("host {} is retired by {}: {}", name, user, reason);
    return new RetiredHost(retirement, recordLost(retirement));
  }

  private long recordLost(HostRetirement retirement) {
    Set<String> local =
        executors.stream()
            .filter(RunExecutor::endsWithHost)
            .map(RunExecutor::name)
            .collect(toUnmodifiableSet());
    long lost = 0;
    @Nullable RunId after = null;
    List<RunId> piece = hosts.activeRuns(retirement.host(), local, after, PIECE);
    while (!piece.isEmpty()) {
      for (RunId id : piece) {
        lost += isRecordedLost(id, retirement) ? 1 : 0;
      }
      after = piece.get(piece.size() - 1);
      piece = hosts.activeRuns(retirement.host(), local, after, PIECE);
    }
    return lost;
  }

  private boolean isRecordedLost(RunId id, HostRetirement retirement) {
    Optional<Run> active = repository.find(id).filter(run -> !run.status().isFinal());
    if (active.isEmpty()) {
      return false;
    }
    Run run = active.get();
    try {
      repository.save(
          run.finish(
              new RunOutcome.Lost(retirement.messageOfLostRun(), Output.NONE), run.startedAt()));
      return true;
    } catch (StaleRunException e) { // its own ending came first
      log.debug("run {} of the retired host {} has changed", id, retirement.host(), e);
      return false;
    }
  }
}
