package dev.runregistry.http;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import java.io.IOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/** A repository whose database can be taken away and given back. */
final class BreakableRepository implements RunRepository {
  private final RunRepository repository;
  private volatile boolean broken;
  private volatile RuntimeException defect;
  private volatile Error error;
  private volatile CountDownLatch held;
  private final AtomicInteger waiting = new AtomicInteger();

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

  /** From now on every call fails like this; null for no more. */
  void setError(Error nowThrown) {
    error = nowThrown;
  }

  /** From now on every call waits for this; null for no more. */
  void setHeld(CountDownLatch nowWaitedFor) {
    held = nowWaitedFor;
  }

  /** How many calls are being held. */
  int waiting() {
    return waiting.get();
  }

  void requireWorking() {
    waitIfHeld();
    if (defect != null) {
      throw defect;
    }
    if (error != null) {
      throw error;
    }
    if (broken) {
      throw new RepositoryException(
          "select stdout from tunix_runs: cannot reach db.internal:5432 as user registry",
          new IOException("Connection refused"));
    }
  }

  private void waitIfHeld() {
    CountDownLatch waitedFor = held;
    if (waitedFor != null) {
      waiting.incrementAndGet();
      try {
        waitedFor.await();
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      } finally {
        waiting.decrementAndGet();
      }
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
  public DatabaseIdentity identity() {
    return repository.identity();
  }

  @Override
  public Optional<Run> find(RunId id) {
    return working().find(id);
  }

  @Override
  public RunPage list(RunQuery query) {
    return working().list(query);
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return working().findIds(prefix, limit);
  }

  @Override
  public List<RunId> findIds(RunIdSuffix suffix, int limit) {
    return working().findIds(suffix, limit);
  }

  @Override
  public Set<RunId> neighbours(Collection<RunId> ids) {
    return working().neighbours(ids);
  }
}
