package dev.runregistry.persistence.jooq.internal.sql;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jooq.exception.DataTypeException;

/** An argument vector as an array of texts, readable in an SQL shell. */
public final class CommandJson {
  private static final JsonFactory JSON = new JsonFactory();

  private CommandJson() {}

  public static String write(List<String> command) {
    StringBuilder json = new StringBuilder("[");
    for (String word : command) {
      if (json.length() > 1) {
        json.append(',');
      }
      JsonText.append(json, word);
    }
    return json.append(']').toString();
  }

  public static List<String> read(String text) {
    List<String> command = new ArrayList<>();
    try (JsonParser json = JSON.createParser(text)) {
      JsonToken token = json.nextToken();
      while (token != JsonToken.END_ARRAY) {
        token = json.nextToken();
        if (token == JsonToken.VALUE_STRING) {
          command.add(json.getText());
        } else if (token != JsonToken.END_ARRAY) {
          throw new DataTypeException("the stored command is not an array of texts");
        }
      }
      return command;
    } catch (IOException e) {
      throw new DataTypeException("the stored command is not an array of texts", e);
    }
  }
}
