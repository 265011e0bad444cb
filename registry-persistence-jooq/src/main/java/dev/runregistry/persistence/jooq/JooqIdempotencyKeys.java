package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.IdempotencyKeys.IDEMPOTENCY_KEYS;

import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.StaleRunException;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jooq.DSLContext;
import org.jooq.Record;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores keys in PostgreSQL or SQLite: the primary key decides which request has one. */
final class JooqIdempotencyKeys implements IdempotencyKeys {
  private static final Logger log = LoggerFactory.getLogger(JooqIdempotencyKeys.class);

  private final Database database;
  private final PreparedStatements statements;
  private final AtomicBoolean warned = new AtomicBoolean();

  JooqIdempotencyKeys(Database database, PreparedStatements statements) {
    this.database = database;
    this.statements = statements;
  }

  @Override
  public IdempotencyRecord save(IdempotencyRecord wanted, Run run) {
    IdempotencyRecord stored =
        database.write(
            "save run " + run.id() + " with its key",
            sql -> sql.transactionResult(transaction -> save(transaction.dsl(), wanted, run)));
    deleteExpired(wanted);
    return stored;
  }

  /** When repeated because the connection broke, key and run may be stored already. */
  private IdempotencyRecord save(DSLContext sql, IdempotencyRecord wanted, Run run) {
    if (isInserted(sql, wanted)) {
      int rows =
          sql.connectionResult(connection -> statements.write(connection, RunUpsert.save(run)));
      if (rows != 1) {
        throw new StaleRunException("run " + run.id() + " is on record already");
      }
      return wanted;
    }
    return find(sql, wanted.key(), expiryThreshold(wanted.requestedAt())).orElseThrow();
  }

  /** Inserts the key, or replaces one that has expired. */
  private static boolean isInserted(DSLContext sql, IdempotencyRecord wanted) {
    return sql.insertInto(IDEMPOTENCY_KEYS)
            .set(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY, wanted.key())
            .set(IDEMPOTENCY_KEYS.FINGERPRINT, wanted.fingerprint())
            .set(IDEMPOTENCY_KEYS.RUN_ID, wanted.runId().value())
            .set(IDEMPOTENCY_KEYS.CLAIMED_AT, wanted.requestedAt())
            .onConflict(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY)
            .doUpdate()
            .setAllToExcluded()
            .where(IDEMPOTENCY_KEYS.CLAIMED_AT.lt(expiryThreshold(wanted.requestedAt())))
            .execute()
        == 1;
  }

  /** Housekeeping: a failure is no reason to reject a request, and the next one retries. */
  private void deleteExpired(IdempotencyRecord wanted) {
    try {
      database.write(
          "delete expired keys",
          sql ->
              sql.deleteFrom(IDEMPOTENCY_KEYS)
                  .where(IDEMPOTENCY_KEYS.CLAIMED_AT.lt(expiryThreshold(wanted.requestedAt())))
                  .execute());
    } catch (RepositoryException e) {
      if (!warned.getAndSet(true)) {
        log.warn("expired idempotency keys stay: {}", e.getMessage());
      }
    }
  }

  /** Returns the time before which keys have expired. */
  private static Instant expiryThreshold(Instant now) {
    return now.minus(IdempotencyRecord.TTL);
  }

  @Override
  public Optional<IdempotencyRecord> find(String key, Instant now) {
    return database.answer("look for a key", sql -> find(sql, key, expiryThreshold(now)));
  }

  private static Optional<IdempotencyRecord> find(DSLContext sql, String key, Instant since) {
    return sql.selectFrom(IDEMPOTENCY_KEYS)
        .where(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY.eq(key))
        .and(IDEMPOTENCY_KEYS.CLAIMED_AT.ge(since))
        .fetchOptional(JooqIdempotencyKeys::toRecord);
  }

  private static IdempotencyRecord toRecord(Record row) {
    return new IdempotencyRecord(
        row.get(IDEMPOTENCY_KEYS.IDEMPOTENCY_KEY),
        row.get(IDEMPOTENCY_KEYS.FINGERPRINT),
        new RunId(row.get(IDEMPOTENCY_KEYS.RUN_ID)),
        row.get(IDEMPOTENCY_KEYS.CLAIMED_AT));
  }
}
