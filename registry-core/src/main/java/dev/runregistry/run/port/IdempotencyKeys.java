package dev.runregistry.run.port;

import dev.runregistry.run.Run;
import dev.runregistry.run.idempotency.IdempotencyClaim;
import java.time.Instant;
import java.util.Optional;

/**
 * Stores which requests have been accepted, so that a repeated one is not carried out twice, in the
 * database of the runs: a key that is stored always names a run that is on record. Safe for use by
 * many threads and many processes at once; each call is one transaction and returns only when what
 * it did is durable.
 *
 * <p>Every method throws {@link RepositoryException} when the database cannot be reached or does
 * not answer within about two seconds. After that of {@link #save} it is unknown whether the key
 * and the run were stored.
 */
public interface IdempotencyKeys {
  /**
   * Stores a key together with its run, unless the key is stored already and has not expired when
   * this one is made. Of many who store one key at once, exactly one succeeds. May delete other
   * keys that have expired.
   *
   * @param run the run of that claim, which is not on record yet
   * @return the claim that stands: this one, whose run is on record now; or the earlier one, and
   *     this run is not on record
   */
  IdempotencyClaim save(IdempotencyClaim wanted, Run run);

  /** Returns the claim on that key that stands at that time; empty if there is none. */
  Optional<IdempotencyClaim> find(String key, Instant now);
}
