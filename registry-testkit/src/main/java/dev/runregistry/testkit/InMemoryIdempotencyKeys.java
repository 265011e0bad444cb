package dev.runregistry.testkit;

import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.port.IdempotencyKeys;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Keeps keys while the JVM lives, under the same rules as a database. */
public final class InMemoryIdempotencyKeys implements IdempotencyKeys {
  private final ConcurrentMap<String, IdempotencyClaim> claims = new ConcurrentHashMap<>();

  /** An empty one. */
  public InMemoryIdempotencyKeys() {}

  @Override
  public IdempotencyClaim claim(IdempotencyClaim wanted) {
    return claims.merge(
        wanted.key(),
        wanted,
        (standing, next) -> standing.hasExpired(next.claimedAt()) ? next : standing);
  }

  @Override
  public Optional<IdempotencyClaim> find(String key, Instant now) {
    return Optional.ofNullable(claims.get(key)).filter(claim -> !claim.hasExpired(now));
  }

  @Override
  public void release(IdempotencyClaim claim) {
    claims.computeIfPresent(
        claim.key(), (key, standing) -> standing.runId().equals(claim.runId()) ? null : standing);
  }
}
