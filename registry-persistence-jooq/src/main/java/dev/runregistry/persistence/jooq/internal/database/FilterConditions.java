package dev.runregistry.persistence.jooq.internal.database;

import static dev.runregistry.persistence.jooq.generated.tables.RunTags.RUN_TAGS;
import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.length;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.position;
import static org.jooq.impl.DSL.replace;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.substring;

import dev.runregistry.persistence.jooq.generated.tables.RunTags;
import dev.runregistry.persistence.jooq.internal.sql.JsonText;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Row2;
import org.jooq.Table;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one scan for a list, with their values in the order of the parameters. The
 * conditions are only made for a statement whose text is not known yet.
 */
final class FilterConditions {
  /** The tags that give a scan its order. */
  private static final RunTags SCANNED = RUN_TAGS.as("scanned");

  private static final RunTags OTHER = RUN_TAGS.as("other");

  private final List<Supplier<Condition>> conditions = new ArrayList<>();
  private final List<Object> values = new ArrayList<>();
  private final boolean byTag;
  private boolean bySort;
  private boolean readsRuns;

  private FilterConditions(boolean byTag) {
    this.byTag = byTag;
    readsRuns = !byTag;
  }

  /** The shape of a filter: all that the text of its statement depends on. */
  record Shape(
      int statuses,
      int modes,
      int datasetKeys,
      int modelIds,
      int executors,
      int hosts,
      int reasons,
      int exitCodes,
      int names,
      List<Integer> tags,
      boolean since,
      boolean until,
      boolean text) {
    private static final Shape EMPTY = of(RunFilter.NONE);

    static Shape of(RunFilter filter) {
      return new Shape(
          filter.statuses().size(),
          filter.modes().size(),
          filter.datasetKeys().size(),
          filter.modelIds().size(),
          filter.executors().size(),
          filter.hosts().size(),
          filter.reasons().size(),
          filter.exitCodes().size(),
          filter.names().size(),
          filter.tags().values().stream().map(Set::size).toList(),
          filter.since() != null,
          filter.until() != null,
          filter.text() != null);
    }

    boolean isEmpty() {
      return equals(EMPTY);
    }
  }

  /**
   * A column with an index in the order of creation.
   *
   * @param <T> a value of the condition
   * @param <C> a value of the column
   */
  private record Column<T, C>(
      Field<C> field,
      Function<RunFilter, Set<T>> condition,
      BiFunction<RunFilter, Collection<T>, RunFilter> with,
      Function<T, C> value) {
    static <C> Column<C, C> of(
        Field<C> field,
        Function<RunFilter, Set<C>> condition,
        BiFunction<RunFilter, Collection<C>, RunFilter> with) {
      return new Column<>(field, condition, with, value -> value);
    }

    boolean isIn(RunFilter filter) {
      return !condition.apply(filter).isEmpty();
    }

    List<C> values(RunFilter filter) {
      return condition.apply(filter).stream().map(value).toList();
    }

    /** Returns the filter once for each value of this condition. */
    List<RunFilter> branches(RunFilter filter) {
      return condition.apply(filter).stream().map(one -> with.apply(filter, Set.of(one))).toList();
    }

    /** Copies this condition to another filter. */
    RunFilter copy(RunFilter from, RunFilter to) {
      return with.apply(to, condition.apply(from));
    }
  }

  private static final Column<String, String> NAME =
      Column.of(TUNIX_RUNS.NAME, RunFilter::names, RunFilter::withNames);

  /** The index of the first one that has a condition is read: few runs have one of its values. */
  private static final List<Column<?, ?>> COLUMNS =
      List.of(
          NAME,
          new Column<>(
              TUNIX_RUNS.REASON, RunFilter::reasons, RunFilter::withReasons, RunReason::text),
          Column.of(TUNIX_RUNS.DATASET_KEY, RunFilter::datasetKeys, RunFilter::withDatasetKeys),
          Column.of(TUNIX_RUNS.MODEL_ID, RunFilter::modelIds, RunFilter::withModelIds),
          Column.of(TUNIX_RUNS.HOST, RunFilter::hosts, RunFilter::withHosts),
          Column.of(TUNIX_RUNS.EXIT_CODE, RunFilter::exitCodes, RunFilter::withExitCodes),
          new Column<>(
              TUNIX_RUNS.STATUS, RunFilter::statuses, RunFilter::withStatuses, RunStatus::text),
          Column.of(TUNIX_RUNS.EXECUTOR, RunFilter::executors, RunFilter::withExecutors),
          new Column<>(
              TUNIX_RUNS.MODE, FilterConditions::modes, RunFilter::withModes, RunMode::text));

  /** All modes together are no condition. */
  private static Set<RunMode> modes(RunFilter filter) {
    return filter.modes().size() < RunMode.values().length ? filter.modes() : Set.of();
  }

  private static Optional<Column<?, ?>> scannedColumn(RunFilter filter) {
    return COLUMNS.stream().filter(column -> column.isIn(filter)).findFirst();
  }

  /** Returns the conditions that the scanned index meets: the times, and at most one other. */
  static RunFilter indexed(RunFilter filter) {
    RunFilter created = RunFilter.NONE.withCreated(filter.since(), filter.until());
    String tag = scannedTag(filter);
    if (tag != null) {
      return created.withTags(Map.of(tag, valuesOf(filter, tag)));
    }
    return scannedColumn(filter).map(column -> column.copy(filter, created)).orElse(created);
  }

  /**
   * Returns the tag whose index is read: the first one with values; null if it is another index.
   */
  private static @Nullable String scannedTag(RunFilter filter) {
    if (filter.tags().isEmpty() || NAME.isIn(filter)) {
      return null;
    }
    return filter.tags().entrySet().stream()
        .filter(tag -> !tag.getValue().isEmpty())
        .map(Map.Entry::getKey)
        .findFirst()
        .orElseGet(() -> filter.tags().keySet().iterator().next());
  }

  private static Set<String> valuesOf(RunFilter filter, String tag) {
    return filter.tags().getOrDefault(tag, Set.of());
  }

  private static RunFilter withValue(RunFilter filter, String tag, String value) {
    Map<String, Set<String>> tags = new HashMap<>(filter.tags());
    tags.put(tag, Set.of(value));
    return filter.withTags(tags);
  }

  /**
   * Returns the scans whose results together are the list. An index has the runs with one value in
   * the order of lists, not those with several: so there is one scan for each value. The index of
   * another order has the runs without a value at one end in both databases, not always the last.
   *
   * @param windowEnd the last run that is examined; null for no such limit
   */
  static List<FilterConditions> of(RunQuery query, @Nullable RunCursor windowEnd) {
    RunFilter filter = query.filter();
    if (!query.order().isByCreation() && filter.equals(RunFilter.NONE)) {
      Field<?> sort = RunQueries.sortField(query.order());
      return List.of(of(sort.isNotNull()), of(sort.isNull()));
    }
    String tag = scannedTag(filter);
    List<RunFilter> branches =
        tag == null
            ? scannedColumn(filter).map(column -> column.branches(filter)).orElse(List.of(filter))
            : valuesOf(filter, tag).size() <= 1
                ? List.of(filter)
                : valuesOf(filter, tag).stream().map(one -> withValue(filter, tag, one)).toList();
    return branches.stream().map(branch -> of(query, branch, windowEnd)).toList();
  }

  private static FilterConditions of(Condition only) {
    FilterConditions all = new FilterConditions(false);
    all.conditions.add(() -> only);
    all.bySort = true;
    return all;
  }

  private static FilterConditions of(
      RunQuery query, RunFilter filter, @Nullable RunCursor windowEnd) {
    String tag = scannedTag(filter);
    FilterConditions all = new FilterConditions(tag != null);
    if (tag != null) {
      all.addScanned(tag, valuesOf(filter, tag));
    }
    COLUMNS.forEach(column -> all.add(column, filter));
    all.add(filter.since(), all.createdAt()::ge);
    all.add(filter.until(), all.createdAt()::lt);
    boolean ascending = query.order() == RunOrder.OLDEST_FIRST;
    Row2<Instant, UUID> position = row(all.createdAt(), all.runId());
    if (query.after() != null) {
      all.add(query.after(), (at, id) -> ascending ? position.gt(at, id) : position.lt(at, id));
    }
    if (windowEnd != null) {
      all.add(windowEnd, (at, id) -> ascending ? position.le(at, id) : position.ge(at, id));
    }
    filter
        .tags()
        .forEach(
            (key, values) -> {
              if (!key.equals(tag)) {
                all.addTag(key, values);
              }
            });
    if (filter.text() != null) {
      all.addText(filter.text());
    }
    return all;
  }

  private void addScanned(String key, Set<String> alternatives) {
    conditions.add(() -> SCANNED.TAG_KEY.eq(key));
    values.add(key);
    if (!alternatives.isEmpty()) {
      conditions.add(() -> isOneOf(SCANNED.TAG_VALUE, alternatives));
      values.addAll(alternatives);
    }
  }

  /** The value is queried for each run, because no plan with a join is bounded by the window. */
  private void addTag(String key, Set<String> alternatives) {
    Supplier<Field<String>> value =
        () ->
            DSL.field(
                DSL.select(OTHER.TAG_VALUE)
                    .from(OTHER)
                    .where(OTHER.RUN_ID.eq(runId()))
                    .and(OTHER.TAG_KEY.eq(key)));
    conditions.add(
        () ->
            alternatives.isEmpty() ? value.get().isNotNull() : isOneOf(value.get(), alternatives));
    values.add(key);
    values.addAll(alternatives);
  }

  private static <T> Condition isOneOf(Field<T> field, Collection<T> alternatives) {
    return alternatives.size() == 1
        ? field.eq(alternatives.iterator().next())
        : field.in(alternatives);
  }

  private <T> void add(Column<?, T> column, RunFilter filter) {
    Collection<T> alternatives = column.values(filter);
    if (!alternatives.isEmpty()) {
      readsRuns = true;
      conditions.add(() -> isOneOf(column.field(), alternatives));
      values.addAll(alternatives);
    }
  }

  private void add(@Nullable Instant time, Function<Instant, Condition> condition) {
    if (time != null) {
      conditions.add(() -> condition.apply(time));
      values.add(time);
    }
  }

  private void add(RunCursor place, BiFunction<Instant, UUID, Condition> condition) {
    conditions.add(() -> condition.apply(place.createdAt(), place.id().value()));
    values.add(place.createdAt());
    values.add(place.id().value());
  }

  /** A command is stored as {@code ["word","word"]}: it is compared without what is not words. */
  private void addText(String text) {
    readsRuns = true;
    StringBuilder quoted = new StringBuilder();
    JsonText.append(quoted, text);
    String escaped = quoted.substring(1, quoted.length() - 1);
    Field<String> words =
        replace(
            substring(
                TUNIX_RUNS.COMMAND,
                inline(3),
                greatest(length(TUNIX_RUNS.COMMAND).minus(inline(4)), inline(0))),
            inline("\",\""),
            inline(" "));
    conditions.add(
        () ->
            contains(words, escaped)
                .or(contains(TUNIX_RUNS.MODEL_ID, text))
                .or(contains(TUNIX_RUNS.DATASET_KEY, text))
                .or(contains(TUNIX_RUNS.NAME, text))
                .or(contains(TUNIX_RUNS.MESSAGE, text)));
    values.addAll(List.of(escaped, text, text, text, text));
  }

  private static Condition contains(Field<String> column, String text) {
    return position(column, text).gt(inline(0));
  }

  /** Returns whether all runs of the scan have a value in the column of the order, or none has. */
  boolean isBySort() {
    return bySort;
  }

  /** Returns the time of creation as the index has it. */
  Field<Instant> createdAt() {
    return byTag ? SCANNED.CREATED_AT : TUNIX_RUNS.CREATED_AT;
  }

  /** Returns the id as the index has it. */
  Field<UUID> runId() {
    return byTag ? SCANNED.RUN_ID : TUNIX_RUNS.RUN_ID;
  }

  /** Returns the table of the index, and the runs unless an entry of the index is enough. */
  Table<?> tables(boolean needsRuns) {
    if (!byTag) {
      return TUNIX_RUNS;
    }
    // a cross join, because SQLite reads its tables in the order in which they are written
    return needsRuns || readsRuns ? SCANNED.crossJoin(TUNIX_RUNS) : SCANNED;
  }

  /**
   * Returns all conditions, joined by AND.
   *
   * @param needsRuns as in {@link #tables}
   */
  Condition condition(boolean needsRuns) {
    Condition all = condition();
    return byTag && (needsRuns || readsRuns) ? all.and(TUNIX_RUNS.RUN_ID.eq(SCANNED.RUN_ID)) : all;
  }

  private Condition condition() {
    return conditions.stream().map(Supplier::get).reduce(noCondition(), Condition::and);
  }

  /** Returns the values of the parameters of {@link #condition}, in their order. */
  List<Object> values() {
    return List.copyOf(values);
  }
}
