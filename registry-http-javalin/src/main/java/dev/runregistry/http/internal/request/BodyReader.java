package dev.runregistry.http.internal.request;

import com.fasterxml.jackson.core.JacksonException;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.Json;
import dev.runregistry.http.internal.message.ValidationError;
import io.javalin.http.Context;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PushbackReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON object in the body of a request. All bodies are read here: known fields are kept
 * and others skipped, so that the memory for a body does not depend on the data that the client
 * sends.
 */
public final class BodyReader {
  // a request is flat; ignored fields may be nested
  private static final int MAX_DEPTH = 64;
  private static final int MAX_DIGITS = 400;
  // far above the limit of every field
  private static final int MAX_TEXT = 20_000;
  private static final int MAX_ENTRIES = 100;
  private static final int SHOWN = 100;

  // names chosen by a client must not be interned beyond its request
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .maxStringLength(MAX_TEXT)
                  .maxNameLength(MAX_TEXT)
                  .build())
          .build();

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final int maxBytes;
  private final Duration timeout;

  /**
   * Creates a reader.
   *
   * @param maxBytes the maximum size of a body
   * @param timeout the maximum time for sending a body
   */
  public BodyReader(int maxBytes, Duration timeout) {
    this.maxBytes = maxBytes;
    this.timeout = timeout;
  }

  /**
   * The known fields of a body.
   *
   * @param values numbers with their exact value; arrays and objects are present, but empty, except
   *     those that are known as maps, of which the first entries are present
   * @param complete whether the body was read to its end; false if a text was far too long, of
   *     which only the first characters are present
   */
  public record Known(ObjectNode values, boolean complete) {}

  /**
   * Returns the fields of the body that have these names.
   *
   * @param maps those of the names whose value is an object of texts
   * @throws HttpProblem 415 if it is not declared as JSON, 413 if it is too large, 408 if sending
   *     takes too long, 400 if it ends early or its chunks are malformed, 422 if it is not a JSON
   *     object or has one of these fields twice
   */
  public Known read(Context ctx, Set<String> names, Set<String> maps) {
    try {
      requireJson(ctx.contentType(), ctx.header("Content-Encoding"));
      long announced = ctx.req().getContentLengthLong();
      if (announced > maxBytes + (long) BodyStream.MAX_DRAINED_BYTES
          || (announced > maxBytes && ctx.header("Expect") != null)) {
        throw BodyStream.tooLarge(maxBytes);
      }
      return read(new BodyStream(ctx.bodyInputStream(), maxBytes, timeout), names, maps);
    } finally {
      BodyPermits.release(ctx.req());
    }
  }

  private static void requireJson(@Nullable String contentType, @Nullable String encoding) {
    String[] parts = String.valueOf(contentType).toLowerCase(Locale.ROOT).split(";", -1);
    boolean json = parts[0].trim().equals(Json.MEDIA_TYPE);
    boolean utf8 =
        Arrays.stream(parts)
            .skip(1)
            .map(String::trim)
            .filter(parameter -> parameter.startsWith("charset="))
            .allMatch(charset -> charset.matches("charset=\"?utf-?8\"?"));
    if (!json || !utf8 || (encoding != null && !encoding.equalsIgnoreCase("identity"))) {
      throw HttpProblem.of(415, "The body must be application/json in UTF-8, not compressed");
    }
  }

  private static Known read(BodyStream body, Set<String> names, Set<String> maps) {
    Known known;
    try {
      known = parse(body, names, maps);
    } catch (HttpProblem refusal) {
      if (refusal.status() == 422) {
        body.drain();
      }
      throw refusal;
    }
    body.drain();
    return known;
  }

  private static Known parse(InputStream body, Set<String> names, Set<String> maps) {
    try (JsonParser json = FACTORY.createParser(decoded(body))) {
      return parse(json, names, maps);
    } catch (CharacterCodingException e) {
      throw invalid(0, "the body is not UTF-8");
    } catch (IOException e) { // the stream throws no others
      throw new UncheckedIOException(e);
    }
  }

  /** Decodes UTF-8 and reports malformed input; skips a byte order mark. */
  private static Reader decoded(InputStream body) throws IOException {
    PushbackReader reader =
        new PushbackReader(new InputStreamReader(body, StandardCharsets.UTF_8.newDecoder()));
    int first = reader.read();
    if (first >= 0 && first != '\uFEFF') {
      reader.unread(first);
    }
    return reader;
  }

  private static Known parse(JsonParser json, Set<String> names, Set<String> maps)
      throws IOException {
    try {
      JsonToken first = json.nextToken();
      if (first == null) {
        throw refused(List.of("body"), "Field required", "missing");
      }
      if (first != JsonToken.START_OBJECT) {
        json.skipChildren();
        requireEnd(json);
        throw refused(
            List.of("body"),
            "Input should be a valid dictionary or object to extract fields from",
            "model_attributes_type");
      }
      return fields(json, names, maps);
    } catch (JacksonException e) {
      JsonLocation place = e.getLocation();
      throw invalid(place == null ? 0 : place.getCharOffset(), message(e));
    } catch (ArithmeticException | NumberFormatException e) { // an exponent beyond the range of int
      throw invalid(0, "a number is out of range");
    }
  }

  private static Known fields(JsonParser json, Set<String> names, Set<String> maps)
      throws IOException {
    ObjectNode values = NODES.objectNode();
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      if (!names.contains(name)) {
        json.skipChildren();
      } else if (values.has(name)) {
        throw duplicate(json, name);
      } else if (token == JsonToken.START_OBJECT && maps.contains(name)) {
        if (!addMap(json, name, values)) {
          return new Known(values, false);
        }
      } else if (token == JsonToken.VALUE_STRING && !addText(json, name, values)) {
        return new Known(values, false);
      } else if (token != JsonToken.VALUE_STRING) {
        values.set(name, value(json, token));
      }
    }
    requireEnd(json);
    return new Known(values, true);
  }

  /** Returns false if a text exceeds the maximum of all fields; nothing can be read after it. */
  private static boolean addMap(JsonParser json, String name, ObjectNode values)
      throws IOException {
    ObjectNode map = values.putObject(name);
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      JsonToken token = json.nextToken();
      if (map.size() == MAX_ENTRIES) {
        json.skipChildren();
      } else if (map.has(key)) {
        throw duplicate(json, key);
      } else if (token != JsonToken.VALUE_STRING) {
        map.set(key, value(json, token));
      } else if (!addText(json, key, map)) {
        return false;
      }
    }
    return true;
  }

  private static HttpProblem duplicate(JsonParser json, String name) {
    return invalid(
        json.currentLocation().getCharOffset(), "Duplicate field '" + shortened(name) + "'");
  }

  /** Returns false if the text exceeds the maximum of all fields; nothing can be read after it. */
  private static boolean addText(JsonParser json, String name, ObjectNode values)
      throws IOException {
    try {
      values.put(name, json.getText());
      return true;
    } catch (StreamConstraintsException e) {
      values.put(name, "?".repeat(MAX_TEXT));
      return false;
    }
  }

  private static JsonNode value(JsonParser json, JsonToken token) throws IOException {
    return switch (token) {
      case VALUE_NUMBER_INT -> NODES.numberNode(json.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> NODES.numberNode(json.getDecimalValue());
      case VALUE_TRUE, VALUE_FALSE -> NODES.booleanNode(json.getBooleanValue());
      case START_ARRAY, START_OBJECT -> {
        json.skipChildren();
        yield token == JsonToken.START_ARRAY ? NODES.arrayNode() : NODES.objectNode();
      }
      default -> NODES.nullNode();
    };
  }

  private static void requireEnd(JsonParser json) throws IOException {
    if (json.nextToken() != null) {
      throw invalid(json.currentLocation().getCharOffset(), "more than one value");
    }
  }

  private static String message(JacksonException e) {
    String whole = String.valueOf(e.getOriginalMessage());
    return shortened(whole.lines().findFirst().orElse(""));
  }

  private static String shortened(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() <= SHOWN ? line : line.substring(0, SHOWN) + "…";
  }

  private static HttpProblem invalid(long offset, String why) {
    return refused(
        List.of("body", Math.max(0, offset)), "JSON decode error: " + why, "json_invalid");
  }

  private static HttpProblem refused(List<Object> loc, String msg, String type) {
    return HttpProblem.unprocessable(List.of(new ValidationError(loc, msg, type)));
  }
}
