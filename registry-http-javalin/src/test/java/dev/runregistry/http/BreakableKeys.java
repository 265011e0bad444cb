package dev.runregistry.http;

import dev.runregistry.run.Run;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.IdempotencyKeys;
import java.time.Instant;
import java.util.Optional;

/** Keys in the same database as a repository that can be taken away. */
record BreakableKeys(IdempotencyKeys keys, BreakableRepository database)
    implements IdempotencyKeys {
  @Override
  public IdempotencyRecord save(IdempotencyRecord wanted, Run run) {
    database.requireWorking();
    return keys.save(wanted, run);
  }

  @Override
  public Optional<IdempotencyRecord> find(String key, Instant now) {
    database.requireWorking();
    return keys.find(key, now);
  }
}
