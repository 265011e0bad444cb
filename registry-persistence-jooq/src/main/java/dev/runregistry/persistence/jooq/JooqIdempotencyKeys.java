package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.IdempotencyKeys.IDEMPOTENCY_KEYS;

import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.IdempotencyKeys;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps keys in PostgreSQL or SQLite: the primary key settles who has one. */
final class JooqIdempotencyKeys implements IdempotencyKeys {
  private static final Logger log = LoggerFactory.getLogger(JooqIdempotencyKeys.class);

  private final Database database;
  private final AtomicBoolean warned = new AtomicBoolean();

  JooqIdempotencyKeys(Database database) {
    this.database = database;
  }

  @Override
  public IdempotencyClaim claim(IdempotencyClaim wanted) {
    IdempotencyClaim has =
        database.write(
            "claim the key of run " + wanted.runId(),
            sql -> {
              Optional<IdempotencyClaim> standing = Optional.empty();
              while (standing.isEmpty()) { // until it is not given back between the two statements
                insert(sql, wanted);
                standing = find(sql, wanted.key(), expired(wanted.claimedAt()));
              }
              return standing.get();
            });
    deleteExpired(wanted);
    return has;
  }

  /** Takes the place of nothing, or of a claim that has expired. */
  private static void insert(DSLContext sql, IdempotencyClaim wanted) {
    sql.insertInto(IDEMPOTENCY_KEYS)
        .set(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY, wanted.key())
        .set(IDEMPOTENCY_KEYS.FINGERPRINT, wanted.fingerprint())
        .set(IDEMPOTENCY_KEYS.RUN_ID, wanted.runId().value())
        .set(IDEMPOTENCY_KEYS.CLAIMED_AT, wanted.claimedAt())
        .onConflict(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY)
        .doUpdate()
        .setAllToExcluded()
        .where(IDEMPOTENCY_KEYS.CLAIMED_AT.lt(expired(wanted.claimedAt())))
        .execute();
  }

  /** Housekeeping: that it fails is no reason to refuse a request, and the next one tries again. */
  private void deleteExpired(IdempotencyClaim wanted) {
    try {
      database.write(
          "delete expired keys",
          sql ->
              sql.deleteFrom(IDEMPOTENCY_KEYS)
                  .where(IDEMPOTENCY_KEYS.CLAIMED_AT.lt(expired(wanted.claimedAt())))
                  .execute());
    } catch (RepositoryException e) {
      if (!warned.getAndSet(true)) {
        log.warn("expired idempotency keys stay: {}", e.getMessage());
      }
    }
  }

  /** What was claimed before that has expired. */
  private static Instant expired(Instant now) {
    return now.minus(IdempotencyClaim.LIFETIME);
  }

  @Override
  public Optional<IdempotencyClaim> find(String key, Instant now) {
    return database.answer("look for a key", sql -> find(sql, key, expired(now)));
  }

  private static Optional<IdempotencyClaim> find(DSLContext sql, String key, Instant since) {
    return sql.selectFrom(IDEMPOTENCY_KEYS)
        .where(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY.eq(key))
        .and(IDEMPOTENCY_KEYS.CLAIMED_AT.ge(since))
        .fetchOptional(JooqIdempotencyKeys::toClaim);
  }

  private static IdempotencyClaim toClaim(Record row) {
    return new IdempotencyClaim(
        row.get(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY),
        row.get(IDEMPOTENCY_KEYS.FINGERPRINT),
        new RunId(row.get(IDEMPOTENCY_KEYS.RUN_ID)),
        row.get(IDEMPOTENCY_KEYS.CLAIMED_AT));
  }

  @Override
  public void release(IdempotencyClaim claim) {
    database.write(
        "give back the key of run " + claim.runId(),
        sql ->
            sql.deleteFrom(IDEMPOTENCY_KEYS)
                .where(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY.eq(claim.key()))
                .and(IDEMPOTENCY_KEYS.RUN_ID.eq(claim.runId().value()))
                .execute());
  }
}
