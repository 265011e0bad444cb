package dev.runregistry.executor.local;

import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runregistry.run.DatasetException;
import java.io.IOException;

/** What the files of a data set have in common: one JSON object each, or each line. */
final class JsonFields {
  /** Invisible in most editors, and what reads the file after us stumbles over it. */
  static final String BYTE_ORDER_MARK_FOUND = "begins with a byte order mark: save it without";

  static final char BYTE_ORDER_MARK = '\uFEFF';

  private JsonFields() {}

  static void requireObject(DatasetFile file, JsonParser parser, int linesBefore)
      throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw wrong(file, parser.currentTokenLocation(), linesBefore, "not a JSON object");
    }
  }

  static void requireEnd(DatasetFile file, JsonParser parser, int linesBefore) throws IOException {
    if (parser.nextToken() != null) {
      throw wrong(
          file, parser.currentTokenLocation(), linesBefore, "there is more after the JSON object");
    }
  }

  static DatasetException wrong(DatasetFile file, JsonLocation at, int linesBefore, String what) {
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
