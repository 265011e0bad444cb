package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.RunCancelRequests.RUN_CANCEL_REQUESTS;
import static java.util.stream.Collectors.joining;
import static org.jooq.impl.DSL.any;
import static org.jooq.impl.DSL.condition;
import static org.jooq.impl.DSL.val;

import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.CancelRequests;
import java.util.Collection;
import java.util.Map;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.Record;
import org.jooq.SQLDialect;

/** Stores requests in PostgreSQL or SQLite: the primary key decides which one stays. */
final class JooqCancelRequests implements CancelRequests {
  private final Database database;

  JooqCancelRequests(Database database) {
    this.database = database;
  }

  @Override
  public void add(RunId id, CancelRequest request) {
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
