package dev.runregistry.run.service;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.port.host.Hosts;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The homes of runs, of which the test says which are seen; without hosts. */
final class FakeHosts implements Hosts {
  final Set<UUID> seen = ConcurrentHashMap.newKeySet();
  final Map<RunId, UUID> homes = new ConcurrentHashMap<>();
  final Map<RunId, String> executors = new ConcurrentHashMap<>();
  private final FakeDatabase database;

  FakeHosts(FakeDatabase database) {
    this.database = database;
  }

  @Override
  public void announce(Home home) {
    seen.add(home.id());
  }

  @Override
  public void assign(UUID home, @Nullable String executor, Collection<RunId> runs) {
    for (RunId id : runs) {
      if (homes.merge(id, home, (known, same) -> known).equals(home) && executor != null) {
        executors.put(id, executor);
      }
    }
  }

  @Override
  public List<RunId> assigned(UUID home, String executor) {
    return active(executor).stream().filter(id -> home.equals(homes.get(id))).toList();
  }

  @Override
  public List<RunId> left(UUID home, String executor, int limit) {
    return active(executor).stream()
        .filter(id -> !home.equals(homes.get(id)) && !seen.contains(homes.get(id)))
        .limit(limit)
        .toList();
  }

  private List<RunId> active(String executor) {
    return executors.keySet().stream()
        .filter(id -> executor.equals(executors.get(id)))
        .filter(id -> database.find(id).filter(run -> !run.status().isFinal()).isPresent())
        .toList();
  }

  @Override
  public List<RunId> takeOver(UUID home, String executor, Collection<RunId> runs) {
    List<RunId> taken = left(home, executor, 100).stream().filter(runs::contains).toList();
    taken.forEach(id -> homes.put(id, home));
    return taken;
  }

  @Override
  public List<KnownHost> list() {
    return List.of();
  }

  @Override
  public Optional<KnownHost> find(String host) {
    return Optional.empty();
  }

  @Override
  public Optional<UnseenHost> unseenHostOf(Run run) {
    return Optional.empty();
  }

  @Override
  public Optional<HostRetirement> retire(String host, String user, String reason) {
    return Optional.empty();
  }

  @Override
  public List<RunId> activeRuns(String host, Set<String> names, @Nullable RunId after, int limit) {
    return List.of();
  }
}
