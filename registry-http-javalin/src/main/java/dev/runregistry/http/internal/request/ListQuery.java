package dev.runregistry.http.internal.request;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.ValidationError;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunOrder;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.TagWords;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Parses the query of a list and builds the link to its next page. */
public final class ListQuery {
  // a database skips each index entry of an offset; a cursor seeks directly
  private static final long MAX_OFFSET = 100_000;

  private static final String STATUS = "status";
  private static final String MODE = "mode";
  private static final String DATASET_KEY = "dataset_key";
  private static final String MODEL_ID = "model_id";
  private static final String EXECUTOR = "executor";
  private static final String HOST = "host";
  private static final String REASON = "reason";
  private static final String EXIT_CODE = "exit_code";
  private static final String NAME = "name";
  private static final String TAG = "tag";
  private static final String SINCE = "since";
  private static final String UNTIL = "until";
  private static final String TEXT = "q";
  private static final String SORT = "sort";
  private static final String CURSOR = "cursor";
  private static final String OFFSET = "offset";
  private static final String LIMIT = "limit";
  private static final String TIME_ZONE = "tz";

  private static final Set<String> NAMES =
      Set.of(
          STATUS,
          MODE,
          DATASET_KEY,
          MODEL_ID,
          EXECUTOR,
          HOST,
          REASON,
          EXIT_CODE,
          NAME,
          TAG,
          SINCE,
          UNTIL,
          TEXT,
          SORT,
          CURSOR,
          OFFSET,
          LIMIT);

  private static final Set<String> NAMES_OF_HISTOGRAM = namesOfHistogram();
  private static final ZoneId UTC = ZoneId.of("UTC");
  private static final Pattern OFFSET_FROM_UTC = Pattern.compile("[+-](0\\d|1[0-7]):[0-5]\\d");

  private final QueryParameters query;

  /**
   * The query of a histogram.
   *
   * @param filter which runs are counted
   * @param zone in which a day begins and ends
   */
  public record Histogram(RunFilter filter, ZoneId zone) {}

  private ListQuery(QueryParameters query) {
    this.query = query;
  }

  /**
   * Parses the query.
   *
   * @throws HttpProblem 422 with all problems of the query
   */
  public static RunQuery read(@Nullable String rawQuery) {
    return new ListQuery(new QueryParameters(rawQuery)).read();
  }

  /**
   * Parses the query of a histogram: the filters of a list, and a time zone.
   *
   * @throws HttpProblem 422 with all problems of the query
   */
  public static Histogram readHistogram(@Nullable String rawQuery) {
    return new ListQuery(new QueryParameters(rawQuery)).readHistogram();
  }

  private static Set<String> namesOfHistogram() {
    Set<String> names = new TreeSet<>(NAMES);
    names.removeAll(List.of(SORT, CURSOR, OFFSET, LIMIT));
    names.add(TIME_ZONE);
    return names;
  }

  private Histogram readHistogram() {
    query.refuseOthers(NAMES_OF_HISTOGRAM);
    Histogram histogram = new Histogram(filter(), zone());
    query.throwIfInvalid();
    return histogram;
  }

  /** Reads a name of the time zone database, or an offset; UTC if absent. */
  private ZoneId zone() {
    String name = query.filter(TIME_ZONE);
    if (name == null) {
      return UTC;
    }
    if (ZoneId.getAvailableZoneIds().contains(name) || OFFSET_FROM_UTC.matcher(name).matches()) {
      return ZoneId.of(name);
    }
    query.wrong(
        TIME_ZONE,
        "Input should be a time zone such as Europe/Berlin, or an offset such as +02:00 (+ is"
            + " written %2B)",
        "value_error");
    return UTC;
  }

  private RunQuery read() {
    query.refuseOthers(NAMES);
    RunQuery all = RunQuery.all();
    long limit = query.integer(LIMIT, all.limit(), 1, RunQuery.MAX_LIMIT);
    long offset = query.integer(OFFSET, 0, 0, MAX_OFFSET, "; use the cursor in the Link header");
    RunFilter filter = filter();
    RunOrder order =
        oneOf(SORT, RunOrder.values(), RunOrder::text).stream()
            .reduce((first, last) -> last)
            .orElse(all.order());
    RunQuery list = all.withFilter(filter).withOrder(order);
    RunCursor after = cursor(list);
    query.throwIfInvalid();
    return list.withLimit((int) limit).withOffset(offset).withAfter(after);
  }

  private RunFilter filter() {
    return RunFilter.NONE
        .withStatuses(oneOf(STATUS, RunStatus.values(), RunStatus::text))
        .withModes(oneOf(MODE, RunMode.values(), RunMode::text))
        .withDatasetKeys(storable(DATASET_KEY))
        .withModelIds(storable(MODEL_ID))
        .withExecutors(storable(EXECUTOR))
        .withHosts(storable(HOST))
        .withReasons(oneOf(REASON, RunReason.values(), RunReason::text))
        .withExitCodes(query.integers(EXIT_CODE, 0, 255, RunFilter.MAX_VALUES))
        .withNames(storable(NAME))
        .withTags(tags())
        .withCreated(time(SINCE), time(UNTIL))
        .withText(text());
  }

  private <T> List<T> oneOf(String name, T[] values, Function<T, String> text) {
    List<T> wanted = new ArrayList<>();
    for (String value : query.filters(name, RunFilter.MAX_VALUES)) {
      Optional<T> found =
          Arrays.stream(values).filter(each -> text.apply(each).equals(value)).findFirst();
      if (found.isEmpty()) {
        query.wrong(name, "Input should be " + BodyValidator.alternatives(values, text), "enum");
        return List.of();
      }
      wanted.add(found.get());
    }
    return wanted;
  }

  private List<String> storable(String name) {
    List<String> wanted = query.filters(name, RunFilter.MAX_VALUES);
    for (String value : wanted) {
      if (!isStorable(name, value)) {
        return List.of();
      }
    }
    return wanted;
  }

  private Map<String, Set<String>> tags() {
    try {
      return TagWords.parse(storable(TAG));
    } catch (IllegalArgumentException e) {
      query.wrong(TAG, "Value error, " + e.getMessage(), "value_error");
      return Map.of();
    }
  }

  private boolean isStorable(String name, String value) {
    Optional<ValidationError> problem = TextConstraints.unstorable(List.of("query", name), value);
    problem.ifPresent(query::wrong);
    return problem.isEmpty();
  }

  private @Nullable String text() {
    String text = query.filter(TEXT);
    if (text == null || !isStorable(TEXT, text)) {
      return null;
    }
    if (text.codePointCount(0, text.length()) > RunFilter.MAX_TEXT) {
      query.wrong(
          TEXT,
          "String should have at most " + RunFilter.MAX_TEXT + " characters",
          "string_too_long");
      return null;
    }
    return text;
  }

  /** Reads a time with an offset, or a date, which begins at midnight in UTC. */
  private @Nullable Instant time(String name) {
    String text = query.filter(name);
    if (text == null) {
      return null;
    }
    try {
      Instant time =
          text.length() == "2026-11-24".length()
              ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
              : OffsetDateTime.parse(text).toInstant();
      if (time.isBefore(Instant.EPOCH) || time.isAfter(Instant.parse("9999-12-31T23:59:59Z"))) {
        throw new DateTimeParseException("outside the years 1970 to 9999", text, 0);
      }
      return time.truncatedTo(ChronoUnit.MICROS);
    } catch (DateTimeParseException e) {
      query.wrong(
          name,
          "Input should be a valid datetime with an offset, such as 2026-11-24T09:00:00Z (+ is"
              + " written %2B), or a date",
          "datetime_parsing");
      return null;
    }
  }

  private @Nullable RunCursor cursor(RunQuery list) {
    String text = query.filter(CURSOR);
    if (text == null || query.isInvalid()) {
      return null;
    }
    try {
      if (!list.order().isByCreation()) {
        throw new PageCursor.InvalidCursorException("a list in this order has no cursor");
      }
      return PageCursor.read(text, parametersOf(list));
    } catch (PageCursor.InvalidCursorException e) {
      query.wrong(CURSOR, "Value error, " + e.getMessage(), "value_error");
      return null;
    }
  }

  /**
   * Returns the URL of the next page, relative to the URL of the list; in an order by creation it
   * is stable while runs are added. Empty if the list is complete.
   */
  public static Optional<String> next(RunQuery query, RunPage page) {
    String list = parametersOf(query);
    String uri = "runs?limit=" + query.limit() + list;
    if (!query.order().isByCreation()) {
      long offset = query.offset() + query.limit();
      return page.hasNext() && offset <= MAX_OFFSET
          ? Optional.of(uri + "&offset=" + offset)
          : Optional.empty();
    }
    return page.next().map(place -> uri + "&cursor=" + PageCursor.write(place, list));
  }

  /** Returns the filters and the order as parameters, in one fixed form. */
  private static String parametersOf(RunQuery query) {
    RunFilter filter = query.filter();
    StringBuilder uri = new StringBuilder();
    append(uri, STATUS, filter.statuses(), RunStatus::text);
    append(uri, MODE, filter.modes(), RunMode::text);
    append(uri, DATASET_KEY, filter.datasetKeys(), Function.identity());
    append(uri, MODEL_ID, filter.modelIds(), Function.identity());
    append(uri, EXECUTOR, filter.executors(), Function.identity());
    append(uri, HOST, filter.hosts(), Function.identity());
    append(uri, REASON, filter.reasons(), RunReason::text);
    append(uri, EXIT_CODE, filter.exitCodes(), String::valueOf);
    append(uri, NAME, filter.names(), Function.identity());
    append(uri, TAG, TagWords.of(filter.tags()), Function.identity());
    append(uri, SINCE, optional(filter.since()), Timestamps::text);
    append(uri, UNTIL, optional(filter.until()), Timestamps::text);
    append(uri, TEXT, optional(filter.text()), Function.identity());
    if (query.order() != RunQuery.all().order()) {
      append(uri, SORT, List.of(query.order()), RunOrder::text);
    }
    return uri.toString();
  }

  private static <T> List<T> optional(@Nullable T value) {
    return value == null ? List.of() : List.of(value);
  }

  private static <T> void append(
      StringBuilder uri, String name, Collection<T> values, Function<T, String> text) {
    for (T value : values) {
      uri.append('&').append(name).append('=');
      uri.append(URLEncoder.encode(text.apply(value), StandardCharsets.UTF_8));
    }
  }
}
