package dev.runregistry.persistence.jooq.internal.database;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.row;

import dev.runregistry.persistence.jooq.internal.database.PreparedStatements.Statement;
import dev.runregistry.persistence.jooq.internal.sql.RunMapper;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunQuery;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.OrderField;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.Record1;
import org.jooq.Select;
import org.jooq.impl.DSL;

/** The statements that read. */
public final class RunQueries {
  private static final List<OrderField<?>> NEWEST_FIRST =
      List.of(TUNIX_RUNS.CREATED_AT.desc(), TUNIX_RUNS.RUN_ID.desc());

  private RunQueries() {}

  /** Returns the statement for the run with that id. */
  public static Statement find(DSLContext sql, RunId id) {
    return new Statement(
        "find",
        () ->
            sql.select(RunMapper.RUN.fields())
                .from(TUNIX_RUNS)
                .where(TUNIX_RUNS.RUN_ID.eq(id.value()))
                .getSQL(),
        List.of(id.value()));
  }

  /**
   * Returns the statement for the runs with those ids, in any order. The last id pads the statement
   * to one of few sizes, so that there are few texts; for an array, PostgreSQL would plan anew each
   * time that it has less than ten values.
   */
  public static Statement findAll(DSLContext sql, Collection<RunId> ids) {
    List<UUID> values = new ArrayList<>(ids.stream().map(RunId::value).toList());
    int size = Integer.highestOneBit(2 * ids.size() - 1); // the next power of two
    values.addAll(Collections.nCopies(size - values.size(), values.get(values.size() - 1)));
    return new Statement(
        "find " + size,
        () ->
            sql.select(RunMapper.RUN.fields())
                .from(TUNIX_RUNS)
                .where(TUNIX_RUNS.RUN_ID.in(values))
                .getSQL(),
        values);
  }

  /** Selects one run more than the page has, to detect a next one; never the output. */
  public static Statement list(DSLContext sql, RunQuery query) {
    PageShape shape = PageShape.of(query);
    return new Statement(
        shape, () -> select(sql, query).getSQL(), values(query), shape.planPerValue());
  }

  /**
   * The shape of a page query, without its values. The number of runs is a part of the text: a plan
   * for any number would be one for a tenth of the table.
   */
  private record PageShape(
      boolean status,
      boolean mode,
      boolean datasetKey,
      boolean host,
      boolean after,
      boolean offset,
      int limit) {
    static PageShape of(RunQuery query) {
      return new PageShape(
          query.status() != null,
          query.mode() != null,
          query.datasetKey() != null,
          query.host() != null,
          query.after() != null,
          query.offset() > 0,
          query.limit());
    }

    /** Returns whether there is a filter or offset: the cursor does not change the index access. */
    boolean planPerValue() {
      return status || mode || datasetKey || host || offset;
    }
  }

  public static Query select(DSLContext sql, RunQuery query) {
    Param<Integer> enough = inline(query.limit() + 1);
    Condition wanted = matches(query);
    if (query.offset() > 0) { // skips entries of an index, not rows
      wanted =
          TUNIX_RUNS.RUN_ID.in(
              DSL.select(TUNIX_RUNS.RUN_ID)
                  .from(TUNIX_RUNS)
                  .where(wanted)
                  .orderBy(NEWEST_FIRST)
                  .limit(enough)
                  .offset(query.offset()));
    }
    return sql.select(RunMapper.SUMMARY.fields())
        .from(TUNIX_RUNS)
        .where(wanted)
        .orderBy(NEWEST_FIRST)
        .limit(enough);
  }

  /** Returns the values in the order of the parameters of {@link #matches} and {@link #select}. */
  private static List<Object> values(RunQuery query) {
    List<Object> values = new ArrayList<>();
    if (query.status() != null) {
      values.add(query.status().text());
    }
    if (query.mode() != null) {
      values.add(query.mode().text());
    }
    if (query.datasetKey() != null) {
      values.add(query.datasetKey());
    }
    if (query.host() != null) {
      values.add(query.host());
    }
    if (query.after() != null) {
      values.add(query.after().createdAt());
      values.add(query.after().id().value());
    }
    if (query.offset() > 0) {
      values.add(query.offset());
    }
    return values;
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
    if (query.host() != null) {
      wanted = wanted.and(TUNIX_RUNS.HOST.eq(query.host()));
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

  /**
   * Selects a range of the primary key: ids sort as their bytes do, in SQLite as their text does.
   */
  public static Select<Record1<UUID>> ids(DSLContext sql, RunIdPrefix prefix, int limit) {
    return sql.select(TUNIX_RUNS.RUN_ID)
        .from(TUNIX_RUNS)
        .where(TUNIX_RUNS.RUN_ID.between(prefix.lowest().value(), prefix.highest().value()))
        .limit(limit);
  }
}
