package dev.runregistry.datasets;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.StringReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Validates one line of a dataset, which is a training example or, without {@code prompts}, a
 * reasoning trace.
 */
final class RecordValidator {
  private static final Set<String> FIELDS =
      Set.of("prompts", "prompt", "final_answer", "metadata", "meta", "steps");

  private static final Set<String> STEP_FIELDS = Set.of("i", "type", "content");

  private final DatasetDiagnostics file;
  private final int line;
  private final JsonParser parser;

  private RecordValidator(DatasetDiagnostics file, int line, JsonParser parser) {
    this.file = file;
    this.line = line;
    this.parser = parser;
  }

  /**
   * Validates a line.
   *
   * @throws dev.runregistry.run.dataset.DatasetException if it is no record
   */
  static void check(DatasetDiagnostics file, int line, BoundedLineReader.Line bytes)
      throws IOException {
    BoundedLineReader.Decoded decoded = bytes.decoded();
    if (!decoded.valid()) {
      throw file.wrong(line, decoded.text().length() + 1, "not UTF-8");
    }
    if (JsonAssertions.beginsWithByteOrderMark(decoded.text())) {
      throw file.wrong(line, 1, JsonAssertions.BYTE_ORDER_MARK_FOUND);
    }
    JsonAssertions.read(
        file,
        new StringReader(decoded.text()),
        line - 1,
        parser -> {
          new RecordValidator(file, line, parser).check();
          return file;
        });
  }

  private void check() throws IOException {
    JsonAssertions.requireObject(file, parser, line - 1);
    Map<String, JsonToken> fields = fields();
    JsonAssertions.requireEnd(file, parser, line - 1);
    if (fields.containsKey("prompts")) {
      require(fields, "prompts", JsonToken.VALUE_STRING);
      allow(fields, "final_answer", JsonToken.VALUE_STRING);
      allow(fields, "metadata", JsonToken.START_OBJECT);
    } else if (fields.containsKey("prompt")) {
      require(fields, "prompt", JsonToken.VALUE_STRING);
      require(fields, "final_answer", JsonToken.VALUE_STRING);
      require(fields, "steps", JsonToken.START_ARRAY);
      allow(fields, "meta", JsonToken.START_OBJECT);
    } else {
      throw file.wrong(
          line, "neither a training example (it has no prompts) nor a reasoning trace (no prompt)");
    }
  }

  /** Returns the fields of the record and their kinds; validates the steps on the way. */
  private Map<String, JsonToken> fields() throws IOException {
    Map<String, JsonToken> fields = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      JsonToken kind = note(name, name, FIELDS, fields);
      if (name.equals("steps") && kind == JsonToken.START_ARRAY) {
        checkSteps();
      } else {
        parser.skipChildren();
      }
    }
    return fields;
  }

  /** Adds the kind of a known field; others are skipped, and not kept. */
  private JsonToken note(
      String name, String place, Set<String> known, Map<String, JsonToken> fields)
      throws IOException {
    JsonAssertions.requireNew(file, parser, line - 1, !fields.containsKey(place));
    JsonToken kind = parser.nextToken();
    if (known.contains(name)) {
      fields.put(place, kind);
    }
    return kind;
  }

  private void checkSteps() throws IOException {
    for (int i = 0; parser.nextToken() != JsonToken.END_ARRAY; i++) {
      String step = "steps[" + i + "]";
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw file.wrong(line, step + " must be an object, is " + kindOf(parser.currentToken()));
      }
      Map<String, JsonToken> fields = new HashMap<>();
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        note(name, step + "." + name, STEP_FIELDS, fields);
        parser.skipChildren();
      }
      require(fields, step + ".i", JsonToken.VALUE_NUMBER_INT);
      require(fields, step + ".type", JsonToken.VALUE_STRING);
      require(fields, step + ".content", JsonToken.VALUE_STRING);
    }
  }

  private void require(Map<String, JsonToken> fields, String name, JsonToken wanted) {
    JsonToken found = fields.get(name);
    if (found == null) {
      throw file.wrong(line, name + " is required and missing");
    }
    requireKind(name, wanted, found);
  }

  private void allow(Map<String, JsonToken> fields, String name, JsonToken wanted) {
    JsonToken found = fields.getOrDefault(name, wanted);
    if (found != JsonToken.VALUE_NULL) {
      requireKind(name, wanted, found);
    }
  }

  private void requireKind(String name, JsonToken wanted, JsonToken found) {
    if (found != wanted) {
      throw file.wrong(line, "%s must be %s, is %s".formatted(name, kindOf(wanted), kindOf(found)));
    }
  }

  private static String kindOf(JsonToken token) {
    return JsonAssertions.kind(token);
  }
}
