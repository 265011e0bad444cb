package dev.runregistry.testkit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.SeenHome;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.port.host.Hosts;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Keeps hosts while the JVM lives, under the same rules as a database. */
public final class InMemoryHosts implements Hosts {
  private final InMemoryRunRepository runs;
  private final InstantSource clock;
  private final Map<UUID, SeenHome> homes = new HashMap<>(); // guarded by this
  private final Map<RunId, Owner> owners = new HashMap<>(); // guarded by this

  /** The home of a run. */
  private record Owner(UUID home, @Nullable String executor) {}

  /** Creates one without hosts, for the runs of that repository. */
  public InMemoryHosts(InMemoryRunRepository runs, InstantSource clock) {
    this.runs = requireNonNull(runs, "runs");
    this.clock = requireNonNull(clock, "clock");
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MICROS);
  }

  @Override
  public synchronized void announce(Home home) {
    homes.put(home.id(), new SeenHome(home, now()));
  }

  /** Sets back the last announcement of a home by that time. */
  public synchronized void age(UUID home, Duration by) {
    homes.computeIfPresent(
        home, (id, seen) -> new SeenHome(seen.home(), seen.lastSeen().minus(by)));
  }

  @Override
  public synchronized List<KnownHost> list() {
    return Stream.of(
            homes.values().stream().map(seen -> seen.home().host()),
            runs.retirements().map(HostRetirement::host),
            active().map(this::hostOf).flatMap(Optional::stream))
        .flatMap(names -> names)
        .distinct()
        .sorted()
        .map(this::known)
        .limit(MAX_LISTED)
        .toList();
  }

  @Override
  public synchronized Optional<KnownHost> find(String host) {
    return list().stream().filter(known -> known.name().equals(host)).findFirst();
  }

  private KnownHost known(String name) {
    List<Run> its = active().filter(run -> hostOf(run).filter(name::equals).isPresent()).toList();
    long pending = its.stream().filter(run -> run.status() == RunStatus.PENDING).count();
    return new KnownHost(
        name,
        homesOf(name),
        pending,
        its.size() - pending,
        its.stream().map(Run::startedAt).max(Instant::compareTo).orElse(null),
        runs.retirements()
            .filter(retirement -> retirement.host().equals(name))
            .max(Comparator.comparing(HostRetirement::at))
            .orElse(null),
        now());
  }

  private List<SeenHome> homesOf(String host) {
    return homes.values().stream()
        .filter(seen -> seen.home().host().equals(host))
        .sorted(Comparator.comparing(SeenHome::lastSeen).reversed())
        .toList();
  }

  private Stream<Run> active() {
    return runs.all().filter(run -> !run.status().isFinal());
  }

  /** Returns the host of a run: of a waiting one that of its home. */
  private Optional<String> hostOf(Run run) {
    if (run.provenance() != null) {
      return Optional.of(run.provenance().host());
    }
    return run.status() == RunStatus.PENDING ? hostOfHome(run) : Optional.empty();
  }

  private Optional<String> hostOfHome(Run run) {
    return Optional.ofNullable(owners.get(run.id()))
        .map(owner -> homes.get(owner.home()))
        .map(seen -> seen.home().host());
  }

  @Override
  public synchronized Optional<UnseenHost> unseenHostOf(Run run) {
    Optional<String> host =
        run.provenance() == null ? hostOfHome(run) : Optional.of(run.provenance().host());
    return host.filter(name -> !run.status().isFinal())
        .flatMap(name -> homesOf(name).stream().findFirst())
        .filter(last -> !isSeen(last))
        .map(last -> new UnseenHost(last.home().host(), last.lastSeen()));
  }

  private boolean isSeen(SeenHome home) {
    return home.lastSeen().isAfter(now().minus(KnownHost.UNSEEN_AFTER));
  }

  @Override
  public synchronized Optional<HostRetirement> retire(String host, String user, String reason) {
    HostRetirement retirement = new HostRetirement(UUID.randomUUID(), host, user, now(), reason);
    if (homesOf(host).stream().anyMatch(this::isSeen)) {
      return Optional.empty();
    }
    runs.save(retirement);
    return Optional.of(retirement);
  }

  @Override
  public synchronized List<RunId> activeRuns(
      String host, Set<String> executors, @Nullable RunId after, int limit) {
    return active()
        .filter(run -> hostOf(run).filter(host::equals).isPresent())
        .filter(run -> endsWithHost(run, executors))
        .map(Run::id)
        .sorted(Comparator.comparing(RunId::toString))
        .filter(id -> after == null || id.toString().compareTo(after.toString()) > 0)
        .limit(limit)
        .toList();
  }

  private boolean endsWithHost(Run run, Set<String> executors) {
    Owner owner = owners.get(run.id());
    String executor =
        run.status() == RunStatus.PENDING && owner != null ? owner.executor() : run.executor();
    return executor == null || executors.contains(executor);
  }

  @Override
  public synchronized void assign(UUID home, @Nullable String executor, Collection<RunId> ids) {
    Owner owner = new Owner(home, executor);
    ids.forEach(
        id -> owners.merge(id, owner, (known, same) -> known.home().equals(home) ? owner : known));
  }

  @Override
  public synchronized List<RunId> assigned(UUID home, String executor) {
    return active()
        .map(Run::id)
        .filter(id -> new Owner(home, executor).equals(owners.get(id)))
        .toList();
  }

  @Override
  public synchronized List<RunId> left(UUID home, String executor, int limit) {
    return active()
        .map(Run::id)
        .filter(id -> isLeft(owners.get(id), home, executor))
        .sorted(Comparator.comparing(RunId::toString))
        .limit(limit)
        .toList();
  }

  @Override
  public synchronized List<RunId> takeOver(UUID home, String executor, Collection<RunId> ids) {
    List<RunId> taken =
        left(home, executor, Integer.MAX_VALUE).stream().filter(ids::contains).toList();
    taken.forEach(id -> owners.put(id, new Owner(home, executor)));
    return taken;
  }

  private boolean isLeft(@Nullable Owner owner, UUID home, String executor) {
    return owner != null
        && executor.equals(owner.executor())
        && !owner.home().equals(home)
        && Optional.ofNullable(homes.get(owner.home())).filter(this::isSeen).isEmpty();
  }
}
