package dev.runregistry.http;

import java.util.List;

/**
 * One thing that is wrong with a request, in the shape that clients of FastAPI know.
 *
 * @param loc where: {@code body}, {@code query}, {@code path} or {@code header}, then a name or,
 *     for JSON that cannot be read, the offset
 * @param msg what, one sentence
 * @param type the kind of problem, as pydantic names them
 */
record ValidationError(List<Object> loc, String msg, String type) {
  ValidationError {
    loc = List.copyOf(loc);
  }

  static ValidationError inBody(String field, String msg, String type) {
    return new ValidationError(List.of("body", field), msg, type);
  }

  static ValidationError inQuery(String name, String msg, String type) {
    return new ValidationError(List.of("query", name), msg, type);
  }
}
