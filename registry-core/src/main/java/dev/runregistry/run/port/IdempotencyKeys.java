package dev.runregistry.run.port;

import dev.runregistry.run.Run;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import java.time.Instant;
import java.util.Optional;

/**
 * Stores the idempotency keys of accepted requests, so that a repeated request is not executed
 * twice, in the database of the runs: a stored key always names a run on record. Safe for use by
 * many threads and many processes at once; each call is one transaction and returns only when its
 * changes are durable.
 *
 * <p>Every method throws {@link RepositoryException} if the database cannot be reached or does not
 * answer within about two seconds. After that of {@link #save} it is unknown whether the key and
 * the run were stored.
 */
public interface IdempotencyKeys {
  /**
   * Stores a key together with its run, unless the key is already stored and has not expired at
   * {@code wanted.requestedAt()}. Of many concurrent calls for one key, exactly one succeeds. May
   * delete other keys that have expired.
   *
   * @param run the run of {@code wanted}, which is not on record yet
   * @return the record that is valid now: {@code wanted}, whose run is on record; or the earlier
   *     one, and {@code run} is not on record this run is not on record
   */
  IdempotencyRecord save(IdempotencyRecord wanted, Run run);

  /** Returns the record of that key that is valid at that time; empty if there is none. */
  Optional<IdempotencyRecord> find(String key, Instant now);
}
