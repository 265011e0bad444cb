package dev.runregistry.http;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSample;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/** Measures each call of the delegate without changing its behavior. */
final class MeteredRunRepository implements RunRepository {
  private final RunRepository repository;
  private final RegistryMetrics metrics;

  MeteredRunRepository(RunRepository repository, RegistryMetrics metrics) {
    this.repository = repository;
    this.metrics = metrics;
  }

  @Override
  public void save(Run run) {
    measured(
        "save",
        () -> {
          repository.save(run);
          return run;
        });
  }

  @Override
  public void ping() {
    measured(
        "ping",
        () -> {
          repository.ping();
          return true;
        });
  }

  @Override
  public DatabaseIdentity identity() { // does not query the database
    return repository.identity();
  }

  @Override
  public Optional<Run> find(RunId id) {
    return measured("find", () -> repository.find(id));
  }

  @Override
  public RunPage list(RunQuery query) {
    return measured("page", () -> repository.list(query));
  }

  @Override
  public RunSample sample(RunFilter filter) {
    return measured("sample", () -> repository.sample(filter));
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return measured("find_ids", () -> repository.findIds(prefix, limit));
  }

  @Override
  public List<RunId> findIds(RunIdSuffix suffix, int limit) {
    return measured("find_ids", () -> repository.findIds(suffix, limit));
  }

  @Override
  public Set<RunId> neighbours(Collection<RunId> ids) {
    return measured("find_ids", () -> repository.neighbours(ids));
  }

  private <T> T measured(String operation, Supplier<T> call) {
    long begin = System.nanoTime();
    boolean failed = false;
    try {
      return call.get();
    } catch (RepositoryException e) {
      failed = true;
      throw e;
    } finally {
      metrics.database(operation, Duration.ofNanos(System.nanoTime() - begin), failed);
    }
  }
}
