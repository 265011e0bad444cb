package dev.runregistry.cli.diff;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runregistry.cli.text.BoundedLines;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last value of each number in the lines of {@code metrics.jsonl} in the output directory of a
 * run, if this host has that.
 */
final class RunMetrics {
  private static final String FILE = "metrics.jsonl";
  private static final int MOST_LINES = 1_000_000;
  private static final int MOST_LINE = 64 * 1024;
  private static final int MOST_NAMES = 1_000;
  private static final JsonFactory JSON = new JsonFactory();
  private static final Logger log = LoggerFactory.getLogger(RunMetrics.class);

  private RunMetrics() {}

  /** Returns the values of a run of this host by name; empty if there are none. */
  static Map<String, String> of(Run run) {
    Provenance known = run.provenance();
    String directory = run.spec().outputDir();
    if (known == null || directory == null) {
      return Map.of();
    }
    try {
      return read(Path.of(known.workingDirectory()).resolve(directory).resolve(FILE));
    } catch (IOException | InvalidPathException e) { // there are none, or not for this user
      log.debug("no metrics of run {}", run.id(), e);
      return Map.of();
    }
  }

  private static Map<String, String> read(Path file) throws IOException {
    Map<String, String> values = new TreeMap<>();
    try (InputStream in = RegularFiles.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      BoundedLines lines = new BoundedLines(in, MOST_LINE);
      String line = lines.next();
      for (int i = 0; i < MOST_LINES && line != null; i++) {
        addTo(values, line); // of a line that is too long the beginning, which is no JSON then
        line = lines.next();
      }
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
          if (values.size() < MOST_NAMES || values.containsKey(name)) {
            values.put(name, value);
          }
        });
  }
}
