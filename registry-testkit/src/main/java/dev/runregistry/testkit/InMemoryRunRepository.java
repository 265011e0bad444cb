package dev.runregistry.testkit;

import static java.util.Comparator.comparing;
import static java.util.Comparator.nullsLast;
import static java.util.Comparator.reverseOrder;
import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.ChainedRetirement;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableMap;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps runs while the JVM lives, under the same rules as a database. */
public final class InMemoryRunRepository implements RunRepository, RunChain {
  // ids by their text, which sorts as the bytes do; UUID.compareTo does not
  private static final Comparator<RunCursor> PLACE =
      comparing(RunCursor::createdAt).thenComparing(place -> place.id().toString());

  private final ConcurrentMap<RunId, Run> runs = new ConcurrentHashMap<>();
  private final ConcurrentMap<UUID, HostRetirement> retirements = new ConcurrentHashMap<>();
  private final List<ChainLink> links = new ArrayList<>();
  private final UUID uuid = UUID.randomUUID();

  /** An empty one. */
  public InMemoryRunRepository() {}

  @Override
  public void save(Run run) {
    synchronized (links) {
      Run stored = runs.get(run.id());
      runs.merge(run.id(), run, InMemoryRunRepository::moved);
      if (run.status().isFinal() && !run.equals(stored)) {
        links.add(ChainLink.after(head(), run, Instant.now(), false));
      }
    }
  }

  private ChainHead head() {
    return links.isEmpty() ? ChainHead.EMPTY : links.get(links.size() - 1).toHead();
  }

  @Override
  public void read(Visitor visitor) {
    List<ChainLink> now;
    synchronized (links) {
      now = List.copyOf(links);
    }
    // what is linked never changes, so it may be looked up later
    now.forEach(link -> visitor.link(link, stored(link)));
  }

  private StoredRun stored(ChainLink link) {
    return link.isRetirement()
        ? new StoredRun.FoundRetirement(requireNonNull(retirements.get(link.runId().value())))
        : new StoredRun.Found(find(link.runId()).orElseThrow());
  }

  /** Stores a retirement with its link. */
  void save(HostRetirement retirement) {
    synchronized (links) {
      retirements.put(retirement.id(), retirement);
      links.add(ChainLink.after(head(), retirement, Instant.now()));
    }
  }

  /** Returns all runs, in no particular order. */
  Stream<Run> all() {
    return runs.values().stream();
  }

  /** Returns all retirements, in no particular order. */
  Stream<HostRetirement> retirements() {
    return retirements.values().stream();
  }

  @Override
  public ChainHead append(Iterator<ChainEntry> entries) {
    synchronized (links) {
      List<ChainEntry> all = new ArrayList<>();
      ChainHead head = head();
      while (entries.hasNext()) {
        ChainEntry entry = entries.next();
        RunId id = entry.link().runId();
        boolean isKnown = runs.containsKey(id) || retirements.containsKey(id.value());
        if (entry.problem(head).isPresent() || isKnown) {
          throw new StaleRunException("entry %s cannot be appended".formatted(id));
        }
        head = entry.link().toHead();
        all.add(entry);
      }
      for (ChainEntry entry : all) {
        if (entry instanceof ChainedRun run) {
          runs.put(run.run().id(), run.run());
        } else if (entry instanceof ChainedRetirement retired) {
          retirements.put(retired.retirement().id(), retired.retirement());
        }
        links.add(entry.link());
      }
      return head;
    }
  }

  private static Run moved(Run stored, Run next) {
    if (!next.equals(stored) && !canBecome(stored, next)) {
      throw new StaleRunException(
          "run %s is %s on record and cannot become %s"
              .formatted(stored.id(), stored.status().text(), next.status().text()));
    }
    return next;
  }

  private static boolean canBecome(Run stored, Run next) {
    return stored.status().canBecome(next.status())
        && stored.spec().equals(next.spec())
        && stored.createdAt().equals(next.createdAt())
        && (next.status() == RunStatus.RUNNING || startedAlike(stored, next));
  }

  private static boolean startedAlike(Run stored, Run next) {
    return stored.startedAt().equals(next.startedAt())
        && Objects.equals(stored.executor(), next.executor())
        && Objects.equals(stored.externalId(), next.externalId())
        && comesFromTheSame(stored.provenance(), next.provenance());
  }

  /** What git said may become known until the end. */
  private static boolean comesFromTheSame(@Nullable Provenance one, @Nullable Provenance next) {
    if (one == null || next == null) {
      return one == null && next == null;
    }
    return one.withGit(null, null).equals(next.withGit(null, null))
        && (one.gitCommit() == null || one.gitCommit().equals(next.gitCommit()))
        && (one.gitDirty() == null || one.gitDirty().equals(next.gitDirty()));
  }

  @Override
  public DatabaseIdentity identity() {
    return new DatabaseIdentity("memory:" + uuid, Optional.of(uuid));
  }

  @Override
  public Optional<Run> find(RunId id) {
    return Optional.ofNullable(runs.get(id));
  }

  @Override
  public RunPage list(RunQuery query) { // examines all runs, which a window allows
    List<RunSummary> found =
        runs.values().stream()
            .map(RunSummary::of)
            .filter(run -> query.filter().matches(run) && isAfter(run, query))
            .sorted(comparator(query.order()))
            .skip(query.offset())
            .limit(query.limit() + 1L)
            .toList();
    boolean hasNext = found.size() > query.limit();
    return new RunPage(hasNext ? found.subList(0, query.limit()) : found, hasNext);
  }

  private static Comparator<RunSummary> comparator(RunOrder order) {
    Comparator<RunSummary> byCreation =
        comparing(RunCursor::after, order.isDescending() ? PLACE.reversed() : PLACE);
    return switch (order) {
      case NEWEST_FIRST, OLDEST_FIRST -> byCreation;
      case LAST_STARTED_FIRST ->
          comparing(RunSummary::startedAt, reverseOrder()).thenComparing(byCreation);
      case FIRST_STARTED_FIRST -> comparing(RunSummary::startedAt).thenComparing(byCreation);
      case LONGEST_FIRST ->
          comparing(RunSummary::duration, nullsLast(Comparator.<Duration>reverseOrder()))
              .thenComparing(byCreation);
      case SHORTEST_FIRST ->
          comparing(RunSummary::duration, nullsLast(Comparator.<Duration>naturalOrder()))
              .thenComparing(byCreation);
    };
  }

  private static boolean isAfter(RunSummary run, RunQuery query) {
    if (query.after() == null) {
      return true;
    }
    int compared = PLACE.compare(RunCursor.after(run), query.after());
    return query.order().isDescending() ? compared < 0 : compared > 0;
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return sorted().descendingMap().entrySet().stream()
        .filter(run -> run.getKey().startsWith(prefix.text()))
        .map(run -> run.getValue())
        .limit(limit)
        .toList();
  }

  @Override
  public List<RunId> findIds(RunIdSuffix suffix, int limit) {
    return runs.values().stream()
        .map(RunSummary::of)
        .filter(run -> run.id().toString().endsWith(suffix.text()))
        .sorted(comparator(RunOrder.NEWEST_FIRST))
        .map(RunSummary::id)
        .limit(limit)
        .toList();
  }

  @Override
  public Set<RunId> neighbours(Collection<RunId> ids) {
    NavigableMap<String, RunId> sorted = sorted();
    Set<RunId> found = new HashSet<>();
    for (RunId id : ids) {
      if (runs.containsKey(id)) {
        Stream.of(sorted.lowerEntry(id.toString()), sorted.higherEntry(id.toString()))
            .filter(Objects::nonNull)
            .forEach(neighbour -> found.add(neighbour.getValue()));
      }
    }
    return found;
  }

  private NavigableMap<String, RunId> sorted() {
    NavigableMap<String, RunId> sorted = new TreeMap<>();
    runs.keySet().forEach(id -> sorted.put(id.toString(), id));
    return sorted;
  }
}
