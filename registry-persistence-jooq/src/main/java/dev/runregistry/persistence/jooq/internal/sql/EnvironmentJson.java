package dev.runregistry.persistence.jooq.internal.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jooq.exception.DataTypeException;

/** Variables as an object of texts, readable in an SQL shell. */
public final class EnvironmentJson {
  /** Accepts names of any length, as they are written. */
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxNameLength(Integer.MAX_VALUE).build())
          .build();

  private EnvironmentJson() {}

  public static String write(Map<String, String> environment) {
    StringBuilder json = new StringBuilder("{");
    environment.forEach(
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
    Map<String, String> environment = new LinkedHashMap<>();
    try (JsonParser json = JSON.createParser(text)) {
      json.nextToken(); // the brace
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        if (json.nextToken() != JsonToken.VALUE_STRING) {
          throw new DataTypeException("the stored environment is no object of texts: " + text);
        }
        environment.put(name, json.getText());
      }
      return environment;
    } catch (IOException e) {
      throw new DataTypeException("the stored environment is no object of texts: " + text, e);
    }
  }
}
