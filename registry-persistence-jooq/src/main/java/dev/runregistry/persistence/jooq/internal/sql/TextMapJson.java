package dev.runregistry.persistence.jooq.internal.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jooq.exception.DataTypeException;

/** Variables or tags as an object of texts, readable in an SQL shell. */
public final class TextMapJson {
  /** Accepts names of any length, as they are written. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNameLength(Integer.MAX_VALUE).build())
          .build();

  private TextMapJson() {}

  public static String write(Map<String, String> texts) {
    StringBuilder json = new StringBuilder("{");
    texts.forEach(
        (name, value) -> {
          if (json.length() > 1) {
            json.append(',');
          }
          JsonText.append(json, name);
          json.append(':');
          JsonText.append(json, value);
        });
    return json.append('}').toString();
  }

  public static Map<String, String> read(String text) {
    Map<String, String> texts = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken(); // the brace
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw new DataTypeException("not an object of texts is stored: " + text);
        }
        texts.put(name, json.getText());
      }
      return texts;
    } catch (IOException e) {
      throw new DataTypeException("not an object of texts is stored: " + text, e);
    }
  }
}
