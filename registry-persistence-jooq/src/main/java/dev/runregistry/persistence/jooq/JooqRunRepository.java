package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunIdPrefix;
import dev.runregistry.run.RunPage;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RunSummary;
import dev.runregistry.run.StaleRunException;
import dev.runregistry.run.port.RunRepository;
import java.util.List;
import java.util.Optional;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;
import org.jooq.exception.SQLStateClass;

/** Keeps runs in PostgreSQL or SQLite: the database settles races, the row count says who lost. */
final class JooqRunRepository implements RunRepository {
  private final Database database;
  private final Statements statements;

  JooqRunRepository(Database database, Statements statements) {
    this.database = database;
    this.statements = statements;
  }

  @Override
  public void save(Run run) {
    Optional<Run> inTheWay =
        database.write("save run " + run.id(), sql -> storedInsteadOf(sql, run));
    if (inTheWay.isPresent() && !inTheWay.get().equals(run)) {
      throw new StaleRunException(
          "run %s is %s on record and cannot become this one, which is %s"
              .formatted(run.id(), inTheWay.get().status().text(), run.status().text()));
    }
  }

  /** Empty when the run was stored; else what is on record, which a replay finds equal to it. */
  private Optional<Run> storedInsteadOf(DSLContext sql, Run run) {
    try {
      int rows = statements.write(RunQueries.save(sql, run));
      return rows == 1 ? Optional.empty() : find(sql, run.id());
    } catch (DataAccessException e) {
      if (e.sqlStateClass() != SQLStateClass.C23_INTEGRITY_CONSTRAINT_VIOLATION) {
        throw e;
      }
      return Optional.of(find(sql, run.id()).orElseThrow(() -> e)); // by a trigger, or by a CHECK
    }
  }

  @Override
  public void ping() {
    database.answer("reach the runs", sql -> sql.selectOne().from(TUNIX_RUNS).limit(1).fetch());
  }

  @Override
  public Optional<Run> find(RunId id) {
    return database.answer("find run " + id, sql -> find(sql, id));
  }

  private Optional<Run> find(DSLContext sql, RunId id) {
    return statements.read(RunQueries.find(sql, id), RunRows.RUN, RunRows::toRun).stream()
        .findFirst();
  }

  @Override
  public RunPage page(RunQuery query) {
    List<RunSummary> found =
        database.answer(
            "list runs",
            sql ->
                statements.read(RunQueries.page(sql, query), RunRows.SUMMARY, RunRows::toSummary));
    boolean hasNext = found.size() > query.limit();
    return new RunPage(hasNext ? found.subList(0, query.limit()) : found, hasNext);
  }

  @Override
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return database.answer(
        "find run " + prefix.text(),
        sql -> RunQueries.ids(sql, prefix, limit).fetch(row -> new RunId(row.value1())));
  }
}
