package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.RunCancelRequests.RUN_CANCEL_REQUESTS;
import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.exists;
import static org.jooq.impl.DSL.selectOne;
import static org.jooq.impl.DSL.val;

import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.RepositoryException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.SQLDialect;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores requests in PostgreSQL or SQLite: the primary key decides which one stays. */
final class JooqCancelRequests implements CancelRequests {
  private static final Logger log = LoggerFactory.getLogger(JooqCancelRequests.class);

  private static final List<String> ENDED =
      Stream.of(RunStatus.values()).filter(RunStatus::isFinal).map(RunStatus::text).toList();

  private final Database database;
  private final AtomicBoolean warned = new AtomicBoolean();

  JooqCancelRequests(Database database) {
    this.database = database;
  }

  @Override
  public void add(RunId id, CancelRequest request) {
    deleteOfEnded();
    database.write(
        "store the request to cancel run " + id,
        sql ->
            sql.insertInto(RUN_CANCEL_REQUESTS)
                .set(RUN_CANCEL_REQUESTS.RUN_ID, id.value())
                .set(RUN_CANCEL_REQUESTS.USER_NAME, request.user())
                .set(RUN_CANCEL_REQUESTS.REQUESTED_AT, request.at())
                .onConflict(RUN_CANCEL_REQUESTS.RUN_ID)
                .doNothing()
                .execute());
  }

  /** Housekeeping: a failure is no reason to reject a request, and the next one retries. */
  private void deleteOfEnded() {
    try {
      database.write(
          "delete the requests to cancel runs that have ended",
          sql ->
              sql.deleteFrom(RUN_CANCEL_REQUESTS)
                  .where(
                      exists(
                          selectOne()
                              .from(TUNIX_RUNS)
                              .where(TUNIX_RUNS.RUN_ID.eq(RUN_CANCEL_REQUESTS.RUN_ID))
                              .and(TUNIX_RUNS.STATUS.in(ENDED))))
                  .execute());
    } catch (RepositoryException e) {
      if (!warned.getAndSet(true)) {
        log.warn("requests to cancel runs that have ended stay: {}", e.getMessage());
      }
    }
  }

  @Override
  public Map<RunId, CancelRequest> find(Collection<RunId> ids) {
    if (ids.isEmpty()) {
      return Map.of();
    }
    return database.answer(
        "read the requests to cancel runs",
        sql ->
            sql.selectFrom(RUN_CANCEL_REQUESTS)
                .where(isOneOf(ids, sql.dialect()))
                .fetchMap(
                    row -> new RunId(row.get(RUN_CANCEL_REQUESTS.RUN_ID)),
                    JooqCancelRequests::toRequest));
  }

  @Override
  public Map<RunId, CancelRequest> newest(int limit) {
    return database.answer(
        "read the newest requests to cancel runs",
        sql ->
            sql.selectFrom(RUN_CANCEL_REQUESTS)
                .orderBy(RUN_CANCEL_REQUESTS.REQUESTED_AT.desc())
                .limit(limit)
                .fetchMap(
                    row -> new RunId(row.get(RUN_CANCEL_REQUESTS.RUN_ID)),
                    JooqCancelRequests::toRequest));
  }

  /** Has one parameter: a list of ids would be limited in length. */
  private static Condition isOneOf(Collection<RunId> ids, SQLDialect dialect) {
    if (dialect == SQLDialect.SQLITE) {
      String json =
          ids.stream().map(id -> '"' + id.toString() + '"').collect(joining(",", "[", "]"));
      return condition("run_id IN (SELECT value FROM json_each({0}))", val(json));
    }
    return RUN_CANCEL_REQUESTS.RUN_ID.eq(any(ids.stream().map(RunId::value).toArray(UUID[]::new)));
  }

  private static CancelRequest toRequest(Record row) {
    return new CancelRequest(
        row.get(RUN_CANCEL_REQUESTS.USER_NAME), row.get(RUN_CANCEL_REQUESTS.REQUESTED_AT));
  }
}
