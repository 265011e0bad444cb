package dev.runregistry.http;

import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.port.IdempotencyKeys;
import java.time.Instant;
import java.util.Optional;

/** Keys in the same database as a repository that can be taken away. */
record BreakableKeys(IdempotencyKeys keys, BreakableRepository database)
    implements IdempotencyKeys {
  @Override
  public IdempotencyClaim claim(IdempotencyClaim wanted) {
    database.requireWorking();
    return keys.claim(wanted);
  }

  @Override
  public Optional<IdempotencyClaim> find(String key, Instant now) {
    database.requireWorking();
    return keys.find(key, now);
  }

  @Override
  public void release(IdempotencyClaim claim) {
    database.requireWorking();
    keys.release(claim);
  }
}
