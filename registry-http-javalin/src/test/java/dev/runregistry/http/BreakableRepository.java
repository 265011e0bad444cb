package dev.runregistry.http;

import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunIdPrefix;
import dev.runregistry.run.RunPage;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.port.RunRepository;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** A repository whose database can be taken away and given back. */
final class BreakableRepository implements RunRepository {
  private final RunRepository repository;
  private volatile boolean broken;
  private volatile RuntimeException defect;

  BreakableRepository(RunRepository repository) {
    this.repository = repository;
  }

  void setBroken(boolean nowBroken) {
    broken = nowBroken;
  }

  /** From now on every call fails like this; null for no more. */
  void setDefect(RuntimeException nowThrown) {
    defect = nowThrown;
  }

  void requireWorking() {
    if (defect != null) {
      throw defect;
    }
    if (broken) {
      throw new RepositoryException(
          "select stdout from tunix_runs: cannot reach db.internal:5432 as user registry",
          new IOException("Connection refused"));
    }
  }

  private RunRepository working() {
    requireWorking();
    return repository;
  }

  @Override
  public void ping() {
    working().ping();
  }

  @Override
  public void save(Run run) {
    working().save(run);
  }

  @Override
  public Optional<Run> find(RunId id) {
    return working().find(id);
  }

  @Override
  public RunPage page(RunQuery query) {
    return working().page(query);
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return working().findIds(prefix, limit);
  }
}
