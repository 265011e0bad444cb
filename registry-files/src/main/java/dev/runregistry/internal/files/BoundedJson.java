package dev.runregistry.internal.files;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads JSON that a run may have replaced, into bounded memory. */
public final class BoundedJson {
  /** The maximum size: a command line has a few megabytes at most, each byte of it six as JSON. */
  public static final int MAX_BYTES = 64 << 20;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES) // it would cache each name
          .streamReadConstraints( // a variable may have a name of any length
              StreamReadConstraints.builder().maxNameLength(Integer.MAX_VALUE).build())
          .build();

  private static final int MAX_NAMES = 100_000;
  private static final int MAX_ITEMS = 1 << 20;

  private final JsonParser parser;
  private int names;
  private int items;

  private BoundedJson(JsonParser parser) {
    this.parser = parser;
  }

  /**
   * Returns the fields of an object: strings, {@code Long}, {@code Double}, {@code Boolean}, null,
   * lists, and maps for objects.
   *
   * @throws CorruptJournalException if it is not a JSON object, or has too many values
   */
  public static Map<String, @Nullable Object> object(byte[] json) throws IOException {
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new CorruptJournalException("the note is not a JSON object", null);
      }
      return new BoundedJson(parser).object();
    } catch (JsonProcessingException e) {
      throw new CorruptJournalException("the note is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private Map<String, @Nullable Object> object() throws IOException {
    Map<String, @Nullable Object> fields = new HashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      names = within(names, MAX_NAMES);
      String name = parser.currentName();
      parser.nextToken();
      fields.put(name, value());
    }
    return fields;
  }

  private @Nullable Object value() throws IOException {
    return switch (parser.currentToken()) {
      case START_OBJECT -> object();
      case START_ARRAY -> array();
      case VALUE_NUMBER_INT -> parser.getLongValue();
      case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
      case VALUE_NULL -> null;
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> parser.getText();
    };
  }

  private List<@Nullable Object> array() throws IOException {
    List<@Nullable Object> list = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items = within(items, MAX_ITEMS);
      list.add(value());
    }
    return list;
  }

  private static int within(int count, int most) throws CorruptJournalException {
    if (count == most) {
      throw new CorruptJournalException("the note has more than " + most + " values", null);
    }
    return count + 1;
  }
}
