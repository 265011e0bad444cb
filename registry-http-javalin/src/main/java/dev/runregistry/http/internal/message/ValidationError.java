package dev.runregistry.http.internal.message;

import java.util.List;

/**
 * One thing that is wrong with a request, in the shape that clients of FastAPI know.
 *
 * @param loc where: {@code body}, {@code query}, {@code path} or {@code header}, then a name or,
 *     for JSON that cannot be read, the offset
 * @param msg what, one sentence
 * @param type the kind of problem, as pydantic names them
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
