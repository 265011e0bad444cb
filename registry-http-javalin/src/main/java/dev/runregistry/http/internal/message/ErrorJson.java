package dev.runregistry.http.internal.message;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.List;

/** Renders the body of all errors: {@code detail}, a sentence or the list of all problems. */
public final class ErrorJson {
  private ErrorJson() {}

  public static byte[] of(String detail) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeStringField("detail", detail);
          json.writeEndObject();
        });
  }

  /** Renders a server error; it has the request id, by which it can be found in the log. */
  public static byte[] of(int status, String detail, String requestId) {
    return of(status < 500 ? detail : detail + " (request " + requestId + ")");
  }

  public static byte[] of(List<ValidationError> problems) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("detail");
          for (ValidationError problem : problems) {
            write(json, problem);
          }
          json.writeEndArray();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, ValidationError problem) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("loc");
    for (Object place : problem.loc()) {
      json.writeObject(place);
    }
    json.writeEndArray();
    json.writeStringField("msg", problem.msg());
    json.writeStringField("type", problem.type());
    json.writeEndObject();
  }
}
