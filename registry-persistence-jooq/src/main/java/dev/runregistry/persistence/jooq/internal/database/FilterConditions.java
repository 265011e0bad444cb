package dev.runregistry.persistence.jooq.internal.database;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.jooq.impl.DSL.greatest;
import static org.jooq.impl.DSL.inline;
import static org.jooq.impl.DSL.length;
import static org.jooq.impl.DSL.noCondition;
import static org.jooq.impl.DSL.position;
import static org.jooq.impl.DSL.replace;
import static org.jooq.impl.DSL.row;
import static org.jooq.impl.DSL.substring;

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
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Condition;
import org.jooq.Field;
import org.jooq.Row2;
import org.jspecify.annotations.Nullable;

/**
 * The conditions of one scan for a list, with their values in the order of the parameters. The
 * conditions are only made for a statement whose text is not known yet.
 */
final class FilterConditions {
  private static final Row2<Instant, UUID> POSITION = row(TUNIX_RUNS.CREATED_AT, TUNIX_RUNS.RUN_ID);

  private final List<Supplier<Condition>> conditions = new ArrayList<>();
  private final List<Object> values = new ArrayList<>();

  private FilterConditions() {}

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
          filter.since() != null,
          filter.until() != null,
          filter.text() != null);
    }

    boolean isEmpty() {
      return equals(EMPTY);
    }
  }

  /** Returns the conditions that an index can meet. */
  static RunFilter indexed(RunFilter filter) {
    return RunFilter.NONE
        .withStatuses(filter.statuses())
        .withModes(filter.modes())
        .withDatasetKeys(filter.datasetKeys())
        .withHosts(filter.hosts())
        .withCreated(filter.since(), filter.until());
  }

  /**
   * Returns the scans whose results together are the list. An index has the runs with one value in
   * the order of lists, not those with several: so there is one scan for each value of the most
   * selective condition that has more than one.
   *
   * @param windowEnd the last run that is examined; null for no such limit
   */
  static List<FilterConditions> of(RunQuery query, @Nullable RunCursor windowEnd) {
    RunFilter filter = query.filter();
    List<RunFilter> branches = List.of(filter);
    if (filter.datasetKeys().size() > 1) {
      branches = branches(filter.datasetKeys(), key -> filter.withDatasetKeys(Set.of(key)));
    } else if (filter.datasetKeys().isEmpty() && filter.hosts().size() > 1) {
      branches = branches(filter.hosts(), host -> filter.withHosts(Set.of(host)));
    } else if (filter.datasetKeys().isEmpty()
        && filter.hosts().isEmpty()
        && filter.statuses().size() > 1) {
      branches = branches(filter.statuses(), status -> filter.withStatuses(Set.of(status)));
    }
    return branches.stream().map(branch -> of(query, branch, windowEnd)).toList();
  }

  private static <T> List<RunFilter> branches(Set<T> values, Function<T, RunFilter> branch) {
    return values.stream().map(branch).toList();
  }

  private static FilterConditions of(
      RunQuery query, RunFilter filter, @Nullable RunCursor windowEnd) {
    FilterConditions all = new FilterConditions();
    all.add(TUNIX_RUNS.STATUS, filter.statuses().stream().map(RunStatus::text).toList());
    if (filter.modes().size() < RunMode.values().length) {
      all.add(TUNIX_RUNS.MODE, filter.modes().stream().map(RunMode::text).toList());
    }
    all.add(TUNIX_RUNS.DATASET_KEY, filter.datasetKeys());
    all.add(TUNIX_RUNS.HOST, filter.hosts());
    all.add(filter.since(), TUNIX_RUNS.CREATED_AT::ge);
    all.add(filter.until(), TUNIX_RUNS.CREATED_AT::lt);
    boolean ascending = query.order() == RunOrder.OLDEST_FIRST;
    if (query.after() != null) {
      all.add(query.after(), (at, id) -> ascending ? POSITION.gt(at, id) : POSITION.lt(at, id));
    }
    if (windowEnd != null) {
      all.add(windowEnd, (at, id) -> ascending ? POSITION.le(at, id) : POSITION.ge(at, id));
    }
    all.add(TUNIX_RUNS.MODEL_ID, filter.modelIds());
    all.add(TUNIX_RUNS.EXECUTOR, filter.executors());
    all.add(TUNIX_RUNS.REASON, filter.reasons().stream().map(RunReason::text).toList());
    all.add(TUNIX_RUNS.EXIT_CODE, filter.exitCodes());
    if (filter.text() != null) {
      all.addText(filter.text());
    }
    return all;
  }

  private <T> void add(Field<T> column, Collection<T> alternatives) {
    if (!alternatives.isEmpty()) {
      conditions.add(
          () ->
              alternatives.size() == 1
                  ? column.eq(alternatives.iterator().next())
                  : column.in(alternatives));
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
                .or(contains(TUNIX_RUNS.MESSAGE, text)));
    values.addAll(List.of(escaped, text, text, text));
  }

  private static Condition contains(Field<String> column, String text) {
    return position(column, text).gt(inline(0));
  }

  /** Returns all conditions, joined by AND. */
  Condition condition() {
    return conditions.stream().map(Supplier::get).reduce(noCondition(), Condition::and);
  }

  /** Returns the values of the parameters of {@link #condition}, in their order. */
  List<Object> values() {
    return List.copyOf(values);
  }
}
