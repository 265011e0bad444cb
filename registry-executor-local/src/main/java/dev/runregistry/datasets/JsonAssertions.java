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

/** What the files of a data set have in common: one JSON object each, or each line. */
final class JsonAssertions {
  /** Invisible in most editors, and what reads the file after us stumbles over it. */
  static final String BYTE_ORDER_MARK_FOUND = "begins with a byte order mark: save it without";

  static final char BYTE_ORDER_MARK = '\uFEFF';

  private static final int MAX_DEPTH = 1_000;
  private static final int MAX_DIGITS = 1_000;

  /** Keeps no names, of which a file may have millions: readers refuse duplicates that matter. */
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

  /** What is read from a file. */
  interface Reading<T> {
    T from(JsonParser parser) throws IOException;
  }

  /**
   * Reads JSON.
   *
   * @param linesBefore how many lines of the file are before it
   * @throws DatasetException if it is not JSON; says where
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
      } catch (JsonProcessingException e) { // its own message is advice to programmers
        JsonLocation at = e.getLocation();
        throw wrong(file, at == null ? parser.currentLocation() : at, linesBefore, "not JSON");
      }
    }
  }

  /** Refuses a name that was there before; which of the two counts differs between readers. */
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

  /** What a person calls such a value. */
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
