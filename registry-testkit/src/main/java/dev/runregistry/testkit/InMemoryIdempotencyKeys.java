package dev.runregistry.testkit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RunRepository;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Keeps keys while the JVM lives, under the same rules as a database. */
public final class InMemoryIdempotencyKeys implements IdempotencyKeys {
  private final ConcurrentMap<String, IdempotencyRecord> records = new ConcurrentHashMap<>();
  private final RunRepository repository;

  /** Creates one without keys, that saves runs there. */
  public InMemoryIdempotencyKeys(RunRepository repository) {
    this.repository = requireNonNull(repository, "repository");
  }

  @Override
  public IdempotencyRecord save(IdempotencyRecord wanted, Run run) {
    return records.compute(
        wanted.key(),
        (key, stored) -> {
          if (stored != null && !stored.hasExpired(wanted.requestedAt())) {
            return stored;
          }
          repository.save(run);
          return wanted;
        });
  }

  @Override
  public Optional<IdempotencyRecord> find(String key, Instant now) {
    return Optional.ofNullable(records.get(key)).filter(record -> !record.hasExpired(now));
  }
}
