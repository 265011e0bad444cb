package dev.runregistry.run.port;

import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.RepositoryException;
import java.time.Instant;
import java.util.Optional;

/**
 * Keeps which requests have been taken up, so that a repeated one is not carried out twice. Safe
 * for use by many threads and many processes at once; each call is one transaction and returns only
 * when what it did is durable.
 *
 * <p>Every method throws {@link RepositoryException} when the database cannot be reached or does
 * not answer within about two seconds.
 */
public interface IdempotencyKeys {
  /**
   * Claims a key, if nobody has it or the claim on it has expired when this one is made. Of many
   * who claim one key at once, exactly one has it. May forget other claims that have expired.
   *
   * @return the claim that stands: this one, or the earlier one
   */
  IdempotencyClaim claim(IdempotencyClaim wanted);

  /** The claim on that key that stands at that time; empty if there is none. */
  Optional<IdempotencyClaim> find(String key, Instant now);

  /** Gives the key back, if it is still claimed for that run; else nothing changes. */
  void release(IdempotencyClaim claim);
}
