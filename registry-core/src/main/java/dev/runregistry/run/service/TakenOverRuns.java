package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.groupingBy;

import dev.runregistry.run.RunId;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.run.port.host.Hosts;
import dev.runregistry.run.service.ReconciledRun.Action;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs of engines that outlive their home: assigns those of this home to it, and takes over
 * those of homes that are not seen. A run is taken over only if the engine of this host knows it
 * and its directory is visible here. It is then recovered as any other, in the journal of the home
 * that submitted it: under its lock, by its evidence, and with one ending there. Safe for use by
 * many threads.
 */
final class TakenOverRuns {
  private static final Logger log = LoggerFactory.getLogger(TakenOverRuns.class);

  /** The time between two searches for runs to take over. */
  private static final Duration INTERVAL = KnownHost.ANNOUNCED_EVERY;

  private static final int MAX_LEFT = 10_000;

  private final Hosts hosts;
  private final RunRepository repository;
  private final RunJournal own;
  private final List<RunExecutor> executors;
  private final @Nullable CancelRequests requests;
  private final Function<RunJournal, RunLifecycle> lifecycles;
  private final Set<RunId> announced = ConcurrentHashMap.newKeySet(); // active here
  private volatile @Nullable UUID home; // once it was announced
  private final Map<RunId, Path> places = new HashMap<>(); // all below guarded by this
  private final Map<Path, OtherHome> homes = new HashMap<>(); // by their places
  private final Map<String, List<RunId>> taken = new HashMap<>(); // by executor
  private long searchedAt = System.nanoTime() - INTERVAL.toNanos();

  /** A home that submitted runs which this one has taken over. */
  private record OtherHome(RunJournal journal, RunLifecycle lifecycle) {}

  /**
   * Creates it.
   *
   * @param own the journal of this home
   * @param requests null if requests to cancel runs are looked for in the journal only
   * @param lifecycles creates the life cycle of the runs in another journal
   */
  TakenOverRuns(
      Hosts hosts,
      RunRepository repository,
      RunJournal own,
      List<RunExecutor> executors,
      @Nullable CancelRequests requests,
      Function<RunJournal, RunLifecycle> lifecycles) {
    this.hosts = hosts;
    this.repository = repository;
    this.own = own;
    this.executors = executors;
    this.requests = requests;
    this.lifecycles = lifecycles;
  }

  private List<RunExecutor> engines() {
    return executors.stream().filter(executor -> !executor.endsWithHost()).toList();
  }

  /** Assigns the runs of engines to a home that was announced and has submitted them. */
  void announced(Home announcedHome) {
    home = announcedHome.id();
    List<RunId> active = own.active();
    announced.retainAll(Set.copyOf(active));
    Map<String, List<RunId>> added = new HashMap<>();
    List<RunId> others = new ArrayList<>();
    for (RunId id : active) {
      if (!announced.contains(id)) {
        try {
          engineOf(id)
              .ifPresentOrElse(
                  engine -> added.computeIfAbsent(engine, any -> new ArrayList<>()).add(id),
                  () -> others.add(id));
        } catch (JournalException e) { // it is assigned once it can be read
          log.debug("run {} cannot be assigned to its home yet", id, e);
        }
      }
    }
    added.forEach(
        (engine, ids) -> {
          hosts.assign(announcedHome.id(), engine, ids);
          announced.addAll(ids);
        });
    announced.addAll(others);
  }

  /** Returns the name of the engine that has the run; empty if none has it. */
  private Optional<String> engineOf(RunId id) {
    return own.read(id)
        .filter(entry -> own.database(id).matches(repository.identity()))
        .flatMap(entry -> entry.match(EXECUTOR))
        .filter(name -> engines().stream().anyMatch(engine -> engine.name().equals(name)));
  }

  private static final JournalEntry.Cases<Optional<String>> EXECUTOR =
      new JournalEntry.Cases<>() {
        @Override
        public Optional<String> submitted(JournalEntry.Submitted entry) {
          return Optional.of(entry.executor());
        }

        @Override
        public Optional<String> begun(JournalEntry.Begun entry) {
          return Optional.ofNullable(entry.running().executor());
        }

        @Override
        public Optional<String> ended(JournalEntry.Ended entry) {
          return Optional.empty();
        }

        @Override
        public Optional<String> corrupt(JournalEntry.Corrupt entry) {
          return Optional.empty();
        }
      };

  /** Recovers the runs that this home has taken over; none before it was announced. */
  synchronized List<ReconciledRun> recover() {
    UUID id = home;
    List<ReconciledRun> findings = new ArrayList<>();
    if (id == null) {
      return findings;
    }
    boolean searches = System.nanoTime() - searchedAt >= INTERVAL.toNanos();
    for (RunExecutor engine : engines()) {
      try {
        if (searches) {
          searchedAt = System.nanoTime();
          search(id, engine);
        }
        recover(engine, findings);
      } catch (RepositoryException | JournalException | UnreadableOutcomeException e) {
        log.debug("runs of {} cannot be taken over now", engine.name(), e);
      } catch (RuntimeException | LinkageError e) { // a bad setting of its engine, or a defect
        log.warn("runs of {} cannot be taken over: {}", engine.name(), DatabaseAccess.reason(e));
        log.debug("runs of {} cannot be taken over", engine.name(), e);
      }
    }
    return findings;
  }

  private void search(UUID id, RunExecutor engine) {
    List<RunId> left = hosts.left(id, engine.name(), MAX_LEFT);
    if (!left.isEmpty()) {
      locate(engine, left);
      List<RunId> visible = left.stream().filter(places::containsKey).toList();
      hosts
          .takeOver(id, engine.name(), visible)
          .forEach(run -> log.info("run {} is taken over from a home that is not seen", run));
    }
    List<RunId> others = new ArrayList<>(hosts.assigned(id, engine.name()));
    others.removeAll(Set.copyOf(own.active()));
    taken.put(engine.name(), others);
    Set<RunId> kept = new HashSet<>();
    taken.values().forEach(kept::addAll);
    places.keySet().retainAll(kept);
  }

  /** Finds the workspaces that are visible here. */
  private void locate(RunExecutor engine, List<RunId> runs) {
    Set<RunId> unknown = new HashSet<>(runs);
    unknown.removeAll(places.keySet());
    if (!unknown.isEmpty()) {
      engine.workspaces(unknown).forEach(this::locate);
    }
  }

  private void locate(RunId run, Path workspace) {
    Path place = workspace.getParent();
    Optional<RunJournal> journal = own.ofWorkspace(workspace);
    if (place != null && journal.isPresent()) {
      homes.computeIfAbsent(
          place, any -> new OtherHome(journal.get(), lifecycles.apply(journal.get())));
      places.put(run, place);
    }
  }

  private void recover(RunExecutor engine, List<ReconciledRun> findings) {
    List<RunId> runs = taken.getOrDefault(engine.name(), List.of());
    locate(engine, runs);
    runs.stream()
        .filter(run -> !places.containsKey(run))
        .map(run -> ReconciledRun.of(run, Action.SKIPPED, "Taken over; unknown to its engine"))
        .forEach(findings::add);
    runs.stream()
        .filter(places::containsKey)
        .collect(groupingBy(places::get))
        .forEach(
            (place, its) -> {
              OtherHome other = requireNonNull(homes.get(place));
              other.lifecycle().retryUnpersisted();
              findings.addAll(
                  new RecoveryPass(
                          repository, other.journal(), other.lifecycle(), null, requests, false)
                      .run(its));
            });
  }
}
