package dev.runregistry.http.internal.request;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.ValidationError;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Parses the query of a list and builds the link to its next page. */
public final class ListQuery {
  // a database skips each index entry of an offset; a cursor seeks directly
  private static final long MAX_OFFSET = 100_000;

  private ListQuery() {}

  /**
   * Parses the query.
   *
   * @throws HttpProblem 422 with all problems of the query
   */
  public static RunQuery read(@Nullable String rawQuery) {
    QueryParameters query = new QueryParameters(rawQuery);
    RunQuery all = RunQuery.all();
    long limit = query.integer("limit", all.limit(), 1, RunQuery.MAX_LIMIT);
    long offset =
        query.integer("offset", 0, 0, MAX_OFFSET, "; go on with the cursor in the Link header");
    RunStatus status = oneOf(query, "status", RunStatus.values(), RunStatus::text);
    RunMode mode = oneOf(query, "mode", RunMode.values(), RunMode::text);
    String datasetKey = storable(query, "dataset_key");
    String host = storable(query, "host");
    RunCursor after = cursor(query);
    query.throwIfInvalid();
    return new RunQuery(status, mode, datasetKey, host, (int) limit, offset, after);
  }

  private static <T> @Nullable T oneOf(
      QueryParameters query, String name, T[] values, Function<T, String> text) {
    String wanted = query.filter(name);
    if (wanted == null) {
      return null;
    }
    Optional<T> found =
        Arrays.stream(values).filter(value -> text.apply(value).equals(wanted)).findFirst();
    if (found.isEmpty()) {
      query.wrong(name, "Input should be " + BodyValidator.alternatives(values, text), "enum");
    }
    return found.orElse(null);
  }

  private static @Nullable String storable(QueryParameters query, String name) {
    String value = query.filter(name);
    Optional<ValidationError> problem =
        value == null
            ? Optional.empty()
            : TextConstraints.unstorable(List.of("query", name), value);
    problem.ifPresent(query::wrong);
    return problem.isPresent() ? null : value;
  }

  private static @Nullable RunCursor cursor(QueryParameters query) {
    String text = query.filter("cursor");
    Optional<RunCursor> cursor = Optional.ofNullable(text).flatMap(PageCursor::read);
    if (text != null && cursor.isEmpty()) {
      query.wrong("cursor", "Value error, not a cursor that this API has given", "value_error");
    }
    return cursor.orElse(null);
  }

  /**
   * Returns the URL of the next page, which is stable while runs are added; relative to the URL of
   * the list.
   */
  public static String next(RunQuery query, RunPage page) {
    StringBuilder uri = new StringBuilder("runs?limit=").append(query.limit());
    append(uri, "status", query.status() == null ? null : query.status().text());
    append(uri, "mode", query.mode() == null ? null : query.mode().text());
    append(uri, "dataset_key", query.datasetKey());
    append(uri, "host", query.host());
    RunCursor end = RunCursor.after(page.runs().get(page.runs().size() - 1));
    append(uri, "cursor", PageCursor.write(end));
    return uri.toString();
  }

  private static void append(StringBuilder uri, String name, @Nullable String value) {
    if (value != null) {
      uri.append('&').append(name).append('=');
      uri.append(URLEncoder.encode(value, StandardCharsets.UTF_8));
    }
  }
}
