package dev.runregistry.http.internal.message;

import java.util.List;
import java.util.Map;

/** Thrown by any part of a handler to respond with an error. */
public final class HttpProblem extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final transient List<ValidationError> problems;
  private final transient Map<String, String> headers;

  private HttpProblem(
      int status, String detail, List<ValidationError> problems, Map<String, String> headers) {
    super(detail, null, false, false); // the stack trace is never used
    this.status = status;
    this.problems = List.copyOf(problems);
    this.headers = Map.copyOf(headers);
  }

  public static HttpProblem of(int status, String detail) {
    return new HttpProblem(status, detail, List.of(), Map.of());
  }

  public static HttpProblem unprocessable(List<ValidationError> problems) {
    return new HttpProblem(422, "Unprocessable", problems, Map.of());
  }

  public HttpProblem withHeader(String name, String value) {
    return new HttpProblem(status, detail(), problems, Map.of(name, value));
  }

  public int status() {
    return status;
  }

  public String detail() {
    return String.valueOf(getMessage());
  }

  /** Returns all problems of the request; empty unless the status is 422. */
  public List<ValidationError> problems() {
    return problems;
  }

  public Map<String, String> headers() {
    return headers;
  }
}
