package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.jooq.impl.DSL.excluded;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.or;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.select;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunCursor;
import dev.runregistry.run.RunIdPrefix;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RunStatus;
import java.util.List;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.InsertReturningStep;
import org.jooq.InsertSetMoreStep;
import org.jooq.OrderField;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Select;

/** The statements, apart from what is done with their answers. */
final class RunQueries {
  private static final List<OrderField<?>> NEWEST_FIRST =
      List.of(TUNIX_RUNS.CREATED_AT.desc(), TUNIX_RUNS.RUN_ID.desc());

  private RunQueries() {}

  /**
   * Inserts the runs, which have different ids, and replaces each that is stored if its status can
   * become the new one's; so many rows as were written.
   */
  static InsertReturningStep<? extends Record> save(DSLContext sql, List<Run> runs) {
    InsertSetMoreStep<? extends Record> rows =
        sql.insertInto(TUNIX_RUNS).set(RunRows.toRow(runs.get(0)));
    for (Run run : runs.subList(1, runs.size())) {
      rows = rows.newRecord().set(RunRows.toRow(run));
    }
    return rows.onConflict(TUNIX_RUNS.RUN_ID)
        .doUpdate()
        .setAllToExcluded() // a trigger refuses to change what never changes
        .where(or(runs.stream().map(Run::status).distinct().map(RunQueries::canBecome).toList()));
  }

  private static Condition canBecome(RunStatus next) {
    return excluded(TUNIX_RUNS.STATUS)
        .eq(next.text())
        .and(TUNIX_RUNS.STATUS.in(next.predecessors().stream().map(RunStatus::text).toList()));
  }

  /** One run more than the page has, to see whether there is a next one; never the output. */
  static Select<? extends Record> page(DSLContext sql, RunQuery query) {
    int enough = query.limit() + 1;
    Condition wanted = matches(query);
    if (query.offset() > 0) { // passes over entries of an index, not over rows
      wanted =
          TUNIX_RUNS.RUN_ID.in(
              select(TUNIX_RUNS.RUN_ID)
                  .from(TUNIX_RUNS)
                  .where(wanted)
                  .orderBy(NEWEST_FIRST)
                  .limit(enough)
                  .offset(query.offset()));
    }
    return sql.select(RunRows.SUMMARY)
        .from(TUNIX_RUNS)
        .where(wanted)
        .orderBy(NEWEST_FIRST)
        .limit(enough);
  }

  private static Condition matches(RunQuery query) {
    Condition wanted = noCondition();
    if (query.status() != null) {
      wanted = wanted.and(TUNIX_RUNS.STATUS.eq(query.status().text()));
    }
    if (query.mode() != null) {
      wanted = wanted.and(TUNIX_RUNS.MODE.eq(query.mode().text()));
    }
    if (query.datasetKey() != null) {
      wanted = wanted.and(TUNIX_RUNS.DATASET_KEY.eq(query.datasetKey()));
    }
    RunCursor after = query.after();
    if (after != null) {
      wanted =
          wanted.and(
              row(TUNIX_RUNS.CREATED_AT, TUNIX_RUNS.RUN_ID)
                  .lt(after.createdAt(), after.id().value()));
    }
    return wanted;
  }

  /** A range of the primary key: ids sort as their bytes do, in SQLite as their text does. */
  static Select<Record1<UUID>> ids(DSLContext sql, RunIdPrefix prefix, int limit) {
    return sql.select(TUNIX_RUNS.RUN_ID)
        .from(TUNIX_RUNS)
        .where(TUNIX_RUNS.RUN_ID.between(prefix.lowest().value(), prefix.highest().value()))
        .limit(limit);
  }
}
