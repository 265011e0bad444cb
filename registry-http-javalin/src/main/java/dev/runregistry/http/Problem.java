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
record Problem(List<Object> loc, String msg, String type) {
  Problem {
    loc = List.copyOf(loc);
  }

  static Problem inBody(String field, String msg, String type) {
    return new Problem(List.of("body", field), msg, type);
  }

  static Problem inQuery(String name, String msg, String type) {
    return new Problem(List.of("query", name), msg, type);
  }
}
