package dev.runregistry.http.internal.request;

import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.run.RunId;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The query of a comparison.
 *
 * @param one the first run
 * @param other the second run
 */
public record CompareQuery(RunId one, RunId other) {
  private static final String ONE = "run_a";
  private static final String OTHER = "run_b";

  /**
   * Parses the query.
   *
   * @throws HttpProblem 422 with all problems of the query
   */
  public static CompareQuery read(@Nullable String rawQuery) {
    QueryParameters query = new QueryParameters(rawQuery);
    query.refuseOthers(Set.of(ONE, OTHER));
    RunId one = id(query, ONE);
    RunId other = id(query, OTHER);
    query.throwIfInvalid();
    return new CompareQuery(Objects.requireNonNull(one), Objects.requireNonNull(other));
  }

  private static @Nullable RunId id(QueryParameters query, String name) {
    String text = query.filter(name);
    if (text == null) {
      query.wrong(name, "Field required", "missing");
      return null;
    }
    try {
      return RunId.parse(text);
    } catch (IllegalArgumentException e) {
      query.wrong(name, "Input should be a valid UUID", "uuid_parsing");
      return null;
    }
  }
}
