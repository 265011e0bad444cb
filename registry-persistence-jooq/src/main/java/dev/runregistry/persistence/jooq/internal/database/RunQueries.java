package dev.runregistry.persistence.jooq.internal.database;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.val;

import dev.runregistry.persistence.jooq.generated.tables.TunixRuns;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements.Statement;
import dev.runregistry.persistence.jooq.internal.sql.RunMapper;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.OrderField;
import org.jooq.Param;
import org.jooq.Query;
import org.jooq.Record;
import org.jooq.Record1;
import org.jooq.Record2;
import org.jooq.Select;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/** The statements that read. */
public final class RunQueries {
  private static final long WINDOW_AND_NEXT = RunQuery.WINDOW + 1L;

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

  /**
   * The shape of a page query, without its values. The number of runs is a part of the text: a plan
   * for any number would be one for a tenth of the table.
   */
  private record PageShape(
      String purpose,
      FilterConditions.Shape filter,
      RunOrder order,
      boolean after,
      boolean windowed,
      boolean offset,
      int limit) {
    static PageShape of(String purpose, RunQuery query, @Nullable RunCursor windowEnd) {
      return new PageShape(
          purpose,
          FilterConditions.Shape.of(query.filter()),
          query.order(),
          query.after() != null,
          windowEnd != null,
          query.offset() > 0,
          query.limit());
    }

    /** Returns whether there is a filter or offset: the cursor does not change the index access. */
    boolean planPerValue() {
      return !filter.isEmpty() || offset || windowed;
    }
  }

  /**
   * Selects one run more than the page has, to detect a next one; never the output.
   *
   * @param windowEnd the last run that is examined; null to examine as many as it takes
   */
  public static Statement list(DSLContext sql, RunQuery query, @Nullable RunCursor windowEnd) {
    PageShape shape = PageShape.of("list", query, windowEnd);
    return new Statement(
        shape,
        () -> select(sql, query, windowEnd).getSQL(),
        values(query, windowEnd),
        shape.planPerValue());
  }

  public static Query select(DSLContext sql, RunQuery query, @Nullable RunCursor windowEnd) {
    List<FilterConditions> branches = FilterConditions.of(query, windowEnd);
    Param<Integer> enough = inline(query.limit() + 1);
    FilterConditions only = branches.get(0);
    if (branches.size() == 1 && query.offset() == 0) {
      return sql.select(RunMapper.SUMMARY.fields())
          .from(only.tables(true))
          .where(only.condition(true))
          .orderBy(order(query.order(), only))
          .limit(enough);
    }
    boolean byRun = !query.order().isByCreation();
    // skips and merges entries of an index, not rows
    return sql.select(RunMapper.SUMMARY.fields())
        .from(TUNIX_RUNS)
        .where(
            TUNIX_RUNS.RUN_ID.in(
                branches.size() == 1
                    ? DSL.select(only.runId())
                        .from(only.tables(byRun))
                        .where(only.condition(byRun))
                        .orderBy(order(query.order(), only))
                        .limit(enough)
                        .offset(query.offset())
                    : merged(branches, query, enough)))
        .orderBy(order(query.order(), TUNIX_RUNS))
        .limit(enough);
  }

  /** Merges the first runs of each branch, because no index has several of them in one order. */
  private static Select<Record1<UUID>> merged(
      List<FilterConditions> branches, RunQuery query, Param<Integer> enough) {
    Table<?> all =
        union(
                branches,
                query.order(),
                atMost(query),
                sortField(query.order(), TUNIX_RUNS),
                !query.order().isByCreation())
            .asTable("merged");
    var page =
        DSL.select(field(all, TUNIX_RUNS.RUN_ID))
            .from(all)
            .orderBy(order(query.order(), all))
            .limit(enough);
    return query.offset() > 0 ? page.offset(query.offset()) : page;
  }

  /**
   * Returns the first runs of each branch: position and one more column.
   *
   * @param byRun whether order or column are of the row of the run, not of the scanned index
   */
  private static Select<?> union(
      List<FilterConditions> branches,
      RunOrder order,
      long atMost,
      Field<?> column,
      boolean byRun) {
    Select<Record> union = branch(0, branches, order, atMost, column, byRun);
    for (int i = 1; i < branches.size(); i++) {
      union = union.unionAll(branch(i, branches, order, atMost, column, byRun));
    }
    return union;
  }

  private static Select<Record> branch(
      int number,
      List<FilterConditions> branches,
      RunOrder order,
      long atMost,
      Field<?> column,
      boolean byRun) {
    FilterConditions scan = branches.get(number);
    Table<?> branch =
        DSL.select(scan.runId(), scan.createdAt(), column)
            .from(scan.tables(byRun))
            .where(scan.condition(byRun))
            .orderBy(order(order, scan))
            .limit(val(atMost))
            .asTable("branch" + number);
    return DSL.select(branch.fields()).from(branch);
  }

  private static long atMost(RunQuery query) {
    long enough = query.limit() + 1L;
    return query.offset() > Long.MAX_VALUE - enough ? Long.MAX_VALUE : query.offset() + enough;
  }

  /** Returns the values in the order of the parameters of {@link #select}. */
  private static List<Object> values(RunQuery query, @Nullable RunCursor windowEnd) {
    List<Object> values = values(FilterConditions.of(query, windowEnd), atMost(query));
    if (query.offset() > 0) {
      values.add(query.offset());
    }
    return values;
  }

  /** Returns the values of the branches, and of their limits if there are several. */
  private static List<Object> values(List<FilterConditions> branches, long atMost) {
    List<Object> values = new ArrayList<>();
    for (FilterConditions branch : branches) {
      values.addAll(branch.values());
      if (branches.size() > 1) {
        values.add(atMost);
      }
    }
    return values;
  }

  /**
   * Returns the statement for the position of the last run of the window of a page, and of the run
   * after it; fewer rows if the window has all runs. Reads entries of an index only.
   *
   * @param size the number of runs in the window
   */
  public static Statement windowEnd(DSLContext sql, RunQuery query, int size) {
    RunQuery window = windowOf(query);
    PageShape shape = PageShape.of("window of " + size, window, null);
    return new Statement(
        shape,
        () -> selectWindowEnd(sql, query, size).getSQL(),
        values(FilterConditions.of(window, null), size + 1L),
        true);
  }

  /**
   * Returns the statement for the times and statuses of the newest runs of a filter: at most one
   * more than the window has, to detect more.
   *
   * @param windowEnd the last run that is examined; null to examine as many as it takes
   */
  public static Statement sample(DSLContext sql, RunFilter filter, @Nullable RunCursor windowEnd) {
    RunQuery query = RunQuery.all().withFilter(filter);
    return new Statement(
        PageShape.of("sample", query, windowEnd),
        () -> selectSample(sql, filter, windowEnd).getSQL(),
        values(FilterConditions.of(query, windowEnd), WINDOW_AND_NEXT),
        true);
  }

  public static Query selectSample(
      DSLContext sql, RunFilter filter, @Nullable RunCursor windowEnd) {
    RunQuery query = RunQuery.all().withFilter(filter);
    List<FilterConditions> branches = FilterConditions.of(query, windowEnd);
    Param<Long> enough = inline(WINDOW_AND_NEXT);
    if (branches.size() == 1) {
      FilterConditions only = branches.get(0);
      return sql.select(RunMapper.ENTRY.fields())
          .from(only.tables(true))
          .where(only.condition(true))
          .orderBy(order(query.order(), only))
          .limit(enough);
    }
    Table<?> all =
        union(branches, query.order(), WINDOW_AND_NEXT, TUNIX_RUNS.STATUS, true).asTable("merged");
    return sql.select(all.fields(RunMapper.ENTRY.fields().toArray(Field<?>[]::new)))
        .from(all)
        .orderBy(order(query.order(), all))
        .limit(enough);
  }

  private static RunQuery windowOf(RunQuery query) {
    boolean oldest = query.order() == RunOrder.OLDEST_FIRST;
    return query
        .withFilter(FilterConditions.indexed(query.filter()))
        .withOrder(oldest ? RunOrder.OLDEST_FIRST : RunOrder.NEWEST_FIRST)
        .withOffset(0)
        .withLimit(1);
  }

  public static Query selectWindowEnd(DSLContext sql, RunQuery query, int size) {
    RunQuery window = windowOf(query);
    List<FilterConditions> branches = FilterConditions.of(window, null);
    Param<Integer> before = inline(size - 1);
    if (branches.size() == 1) {
      FilterConditions only = branches.get(0);
      return sql.select(only.createdAt(), only.runId()) // as in RunMapper.POSITION
          .from(only.tables(false))
          .where(only.condition(false))
          .orderBy(order(window.order(), only))
          .limit(inline(2))
          .offset(before);
    }
    Table<?> all =
        union(
                branches,
                window.order(),
                size + 1L,
                sortField(window.order(), TUNIX_RUNS),
                !window.order().isByCreation())
            .asTable("merged");
    return sql.select(all.fields(RunMapper.POSITION.fields().toArray(Field<?>[]::new)))
        .from(all)
        .orderBy(order(window.order(), all))
        .limit(inline(2))
        .offset(before);
  }

  /** Returns the column of an order other than that by creation. */
  static Field<?> sortField(RunOrder order) {
    return switch (order) {
      case NEWEST_FIRST, OLDEST_FIRST -> inline(1).as("sort");
      case LAST_STARTED_FIRST, FIRST_STARTED_FIRST -> TUNIX_RUNS.STARTED_AT;
      case LONGEST_FIRST, SHORTEST_FIRST -> TUNIX_RUNS.DURATION_SECONDS;
    };
  }

  private static Field<?> sortField(RunOrder order, Table<?> table) {
    return field(table, sortField(order));
  }

  private static <T> Field<T> field(Table<?> table, Field<T> column) {
    Field<T> field = table.field(column);
    return field == null ? column : field;
  }

  private static List<OrderField<?>> order(RunOrder order, Table<?> table) {
    return order(
        order,
        sortField(order, table),
        List.of(field(table, TUNIX_RUNS.CREATED_AT), field(table, TUNIX_RUNS.RUN_ID)));
  }

  private static List<OrderField<?>> order(RunOrder order, FilterConditions scan) {
    Field<?> sort = sortField(order);
    List<Field<?>> position = List.of(scan.createdAt(), scan.runId());
    if (!scan.isBySort()) {
      return order(order, sort, position);
    }
    // without NULLS LAST, which is not the order of the index in one of the directions
    return Stream.concat(Stream.of(sort), position.stream())
        .<OrderField<?>>map(field -> order.isDescending() ? field.desc() : field.asc())
        .toList();
  }

  private static List<OrderField<?>> order(RunOrder order, Field<?> sort, List<Field<?>> position) {
    List<OrderField<?>> fields = new ArrayList<>();
    if (!order.isByCreation()) {
      fields.add((order.isDescending() ? sort.desc() : sort.asc()).nullsLast());
    }
    for (Field<?> field : position) {
      fields.add(order.isDescending() ? field.desc() : field.asc());
    }
    return fields;
  }

  /**
   * Selects a range of the primary key: ids sort as their bytes do, in SQLite as their text does.
   */
  public static Select<Record1<UUID>> ids(DSLContext sql, RunIdPrefix prefix, int limit) {
    return sql.select(TUNIX_RUNS.RUN_ID)
        .from(TUNIX_RUNS)
        .where(TUNIX_RUNS.RUN_ID.between(prefix.lowest().value(), prefix.highest().value()))
        .orderBy(TUNIX_RUNS.RUN_ID.desc())
        .limit(limit);
  }

  /** Selects the ids with that suffix in a window. */
  public static Select<Record1<UUID>> ids(
      DSLContext sql,
      RunIdSuffix suffix,
      @Nullable RunCursor after,
      @Nullable RunCursor windowEnd,
      int limit) {
    RunQuery window = RunQuery.all().withAfter(after);
    return sql.select(TUNIX_RUNS.RUN_ID)
        .from(TUNIX_RUNS)
        .where(FilterConditions.of(window, windowEnd).get(0).condition(false))
        .and(TUNIX_RUNS.RUN_ID.cast(String.class).endsWith(suffix.text()))
        .orderBy(order(window.order(), TUNIX_RUNS))
        .limit(limit);
  }

  /** Selects the position of the last of that many runs after a position, and of the next one. */
  public static Select<Record2<Instant, UUID>> positions(
      DSLContext sql, @Nullable RunCursor after, int count) {
    RunQuery window = RunQuery.all().withAfter(after);
    return sql.select(TUNIX_RUNS.CREATED_AT, TUNIX_RUNS.RUN_ID)
        .from(TUNIX_RUNS)
        .where(FilterConditions.of(window, null).get(0).condition(false))
        .orderBy(order(window.order(), TUNIX_RUNS))
        .limit(inline(2))
        .offset(inline(count - 1));
  }

  /**
   * Selects the ids before and after each of those, from the primary key; null if there is none.
   */
  public static Select<Record2<UUID, UUID>> neighbours(DSLContext sql, Collection<RunId> ids) {
    TunixRuns other = TUNIX_RUNS.as("other");
    Field<UUID> before =
        DSL.field(
            DSL.select(other.RUN_ID)
                .from(other)
                .where(other.RUN_ID.lt(TUNIX_RUNS.RUN_ID))
                .orderBy(other.RUN_ID.desc())
                .limit(inline(1)));
    Field<UUID> after =
        DSL.field(
            DSL.select(other.RUN_ID)
                .from(other)
                .where(other.RUN_ID.gt(TUNIX_RUNS.RUN_ID))
                .orderBy(other.RUN_ID)
                .limit(inline(1)));
    return sql.select(before, after)
        .from(TUNIX_RUNS)
        .where(TUNIX_RUNS.RUN_ID.in(ids.stream().map(RunId::value).toList()));
  }
}
