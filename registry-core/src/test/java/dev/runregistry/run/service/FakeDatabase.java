package dev.runregistry.run.service;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** A database in memory: runs, keys and requests to cancel runs. May be away. */
final class FakeDatabase implements RunRepository, IdempotencyKeys, CancelRequests {
  final Map<RunId, Run> runs = new ConcurrentHashMap<>();
  final Map<String, IdempotencyRecord> keys = new ConcurrentHashMap<>();
  final Map<RunId, CancelRequest> requests = new ConcurrentHashMap<>();
  volatile boolean away;
  volatile boolean keysAreHidden; // as if another process saved the key a moment later
  private final DatabaseIdentity identity =
      new DatabaseIdentity("jdbc:sqlite:/registry.db", Optional.of(new UUID(7, 1)));

  private void call() {
    if (away) {
      throw new RepositoryException("no database", new IOException("Connection refused"));
    }
  }

  @Override
  public void save(Run run) {
    call();
    runs.put(run.id(), run);
  }

  @Override
  public DatabaseIdentity identity() {
    return identity;
  }

  @Override
  public Optional<Run> find(RunId id) {
    call();
    return Optional.ofNullable(runs.get(id));
  }

  @Override
  public RunPage list(RunQuery query) {
    call();
    return new RunPage(List.of(), false);
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return List.of();
  }

  @Override
  public List<RunId> findIds(RunIdSuffix suffix, int limit) {
    return List.of();
  }

  @Override
  public Set<RunId> neighbours(Collection<RunId> ids) {
    return Set.of();
  }

  @Override
  public IdempotencyRecord save(IdempotencyRecord wanted, Run run) {
    call();
    return keys.computeIfAbsent(
        wanted.key(),
        key -> {
          save(run);
          return wanted;
        });
  }

  @Override
  public Optional<IdempotencyRecord> find(String key, Instant now) {
    return keysAreHidden ? Optional.empty() : Optional.ofNullable(keys.get(key));
  }

  @Override
  public void add(RunId id, CancelRequest request) {
    call();
    requests.putIfAbsent(id, request);
  }

  @Override
  public Map<RunId, CancelRequest> find(Collection<RunId> ids) {
    call();
    Map<RunId, CancelRequest> found = new HashMap<>(requests);
    found.keySet().retainAll(ids);
    return found;
  }

  @Override
  public Map<RunId, CancelRequest> newest(int limit) {
    call();
    return new HashMap<>(requests);
  }
}
