package dev.runregistry.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runregistry.run.compare.RunDifference;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The last value of each number in the lines of a file with metrics, each of them a JSON object.
 */
public final class LastMetrics {
  /** The name of the file in the output directory of a run. */
  public static final String FILE = "metrics.jsonl";

  /** The maximum part of a file that is read, its end: 16 MiB. */
  public static final long MAX_BYTES = 16 * 1024 * 1024;

  /** The maximum length of a line in characters; longer ones count as no JSON. */
  private static final int MAX_LINE = 64 * 1024;

  private static final int MAX_NAMES = 1_000;
  private static final JsonFactory JSON = new JsonFactory();

  private LastMetrics() {}

  /**
   * Returns the values by name, as they are written; empty if there are none. Of more than {@value
   * #MAX_NAMES} names some are left out.
   *
   * @param file is not closed
   */
  public static Map<String, String> of(FileChannel file) throws IOException {
    long begin = Math.max(0, file.size() - MAX_BYTES);
    file.position(begin);
    BoundedLines lines = new BoundedLines(Channels.newInputStream(file), MAX_LINE);
    Map<String, String> values = new TreeMap<>();
    if (begin > 0) {
      lines.next(); // the end of one
    }
    for (String line = lines.next(); line != null; line = lines.next()) {
      addTo(values, line); // of a line that is too long the beginning, which is no JSON then
    }
    return values;
  }

  private static void addTo(Map<String, String> values, String line) {
    Map<String, String> found = new TreeMap<>();
    try (JsonParser json = JSON.createParser(line)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        return;
      }
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.currentName();
        JsonToken token = json.nextToken();
        if (token.isNumeric()) {
          found.put(name, json.getText());
        } else {
          json.skipChildren();
        }
      }
    } catch (IOException e) { // no JSON, or cut off
      return;
    }
    found.forEach(
        (name, value) -> {
          if (values.size() < MAX_NAMES || values.containsKey(name)) {
            values.put(name, value);
          }
        });
  }

  /** Returns the values of two runs side by side, also equal ones, in the order of their names. */
  public static List<RunDifference> sideBySide(Map<String, String> one, Map<String, String> other) {
    SortedSet<String> names = new TreeSet<>(one.keySet());
    names.addAll(other.keySet());
    List<RunDifference> metrics = new ArrayList<>();
    for (String name : names) {
      metrics.add(new RunDifference(name, one.get(name), other.get(name)));
    }
    return metrics;
  }
}
