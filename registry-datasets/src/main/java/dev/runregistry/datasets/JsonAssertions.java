package dev.runregistry.datasets;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.runregistry.run.dataset.DatasetException;
import java.io.IOException;
import java.io.Reader;

/** The common checks of the files of a dataset: one JSON object each, or each line. */
final class JsonAssertions {
  /** Invisible in most editors, and later readers of the file fail on it. */
  static final String BYTE_ORDER_MARK_FOUND = "begins with a byte order mark: save it without";

  static final char BYTE_ORDER_MARK = '\uFEFF';

  private static final int MAX_DEPTH = 1_000;
  private static final int MAX_DIGITS = 1_000;

  /**
   * Does not cache names, of which a file may have millions: readers reject relevant duplicates.
   */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(MAX_DEPTH)
                  .maxNumberLength(MAX_DIGITS)
                  .build())
          .build();

  private JsonAssertions() {}

  /** The function that reads a value from a file. */
  interface Reading<T> {
    T from(JsonParser parser) throws IOException;
  }

  /**
   * Reads JSON.
   *
   * @param linesBefore the number of lines of the file before it
   * @throws DatasetException if it is not JSON; with the position
   */
  static <T> T read(DatasetDiagnostics file, Reader text, int linesBefore, Reading<T> reading)
      throws IOException {
    try (JsonParser parser = JSON.createParser(text)) {
      try {
        return reading.from(parser);
      } catch (StreamConstraintsException e) {
        String what =
            parser.getParsingContext().getNestingDepth() >= MAX_DEPTH
                ? "nested deeper than %d levels".formatted(MAX_DEPTH)
                : "a number of more than %d digits, or a text that is too long"
                    .formatted(MAX_DIGITS);
        throw wrong(file, parser.currentLocation(), linesBefore, what);
      } catch (JsonProcessingException e) { // its own message is written for programmers
        JsonLocation at = e.getLocation();
        throw wrong(file, at == null ? parser.currentLocation() : at, linesBefore, "not JSON");
      }
    }
  }

  /** Rejects a duplicate name: readers differ in which of the two counts. */
  static void requireNew(
      DatasetDiagnostics file, JsonParser parser, int linesBefore, boolean isNew) {
    if (!isNew) {
      throw wrong(
          file,
          parser.currentTokenLocation(),
          linesBefore,
          "a second value of " + parser.getParsingContext().getCurrentName());
    }
  }

  static void requireObject(DatasetDiagnostics file, JsonParser parser, int linesBefore)
      throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw wrong(file, parser.currentTokenLocation(), linesBefore, "not a JSON object");
    }
  }

  static void requireEnd(DatasetDiagnostics file, JsonParser parser, int linesBefore)
      throws IOException {
    if (parser.nextToken() != null) {
      throw wrong(
          file, parser.currentTokenLocation(), linesBefore, "there is more after the JSON object");
    }
  }

  static DatasetException wrong(
      DatasetDiagnostics file, JsonLocation at, int linesBefore, String what) {
    return file.wrong(linesBefore + (long) at.getLineNr(), at.getColumnNr(), what);
  }

  static boolean beginsWithByteOrderMark(String text) {
    return !text.isEmpty() && text.charAt(0) == BYTE_ORDER_MARK;
  }

  /** Returns the kind of the value, for people. */
  static String kind(JsonToken token) {
    return switch (token) {
      case START_OBJECT -> "an object";
      case START_ARRAY -> "a list";
      case VALUE_STRING -> "a string";
      case VALUE_NUMBER_INT -> "a whole number";
      case VALUE_NUMBER_FLOAT -> "a number";
      case VALUE_TRUE, VALUE_FALSE -> "true or false";
      default -> "null";
    };
  }
}
