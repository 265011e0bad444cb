package dev.runregistry.http.internal.message;

import java.util.List;

/**
 * One problem of a request, in the format of FastAPI.
 *
 * @param loc the location: {@code body}, {@code query}, {@code path} or {@code header}, then a name
 *     or, for malformed JSON, the offset
 * @param msg one sentence
 * @param type the kind of problem, as named by pydantic
 */
public record ValidationError(List<Object> loc, String msg, String type) {
  public ValidationError {
    loc = List.copyOf(loc);
  }

  public static ValidationError inBody(String field, String msg, String type) {
    return new ValidationError(List.of("body", field), msg, type);
  }

  public static ValidationError inQuery(String name, String msg, String type) {
    return new ValidationError(List.of("query", name), msg, type);
  }
}
