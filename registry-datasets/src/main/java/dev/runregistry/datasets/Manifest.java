package dev.runregistry.datasets;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runregistry.internal.files.FileTooLargeException;
import dev.runregistry.internal.files.RegularFiles;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetException;
import java.io.IOException;
import java.io.PushbackReader;
import java.io.Reader;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The fields of a manifest that the registry needs; the others are checked and skipped. */
record Manifest(String title, String version, long traceCount) {
  /** The maximum size: the ids of a million traces fit. */
  static final int MAX_BYTES = 64 << 20;

  /** The maximum number of names in the whole file, most of them unknown. */
  private static final int MAX_NAMES = 100_000;

  private static final int BUFFER_CHARACTERS = 1 << 13;

  private static final List<String> REQUIRED =
      List.of(
          "dataset_key",
          "build_id",
          "dataset_name",
          "dataset_version",
          "created_at",
          "selection_strategy",
          "trace_ids",
          "trace_count");

  /** Decodes strictly as UTF-8: Jackson itself would also accept UTF-16, UTF-32 and others. */
  static Manifest read(DatasetKey key, Path path) {
    DatasetDiagnostics file = new DatasetDiagnostics(key, "manifest.json");
    try (FileChannel channel = RegularFiles.open(path)) {
      if (channel.size() > MAX_BYTES) {
        throw new FileTooLargeException(path, MAX_BYTES);
      }
      Reader in =
          Channels.newReader(channel, StandardCharsets.UTF_8.newDecoder(), BUFFER_CHARACTERS);
      return JsonAssertions.read(
          file, withoutByteOrderMark(file, in), 0, parser -> new Reading(file, parser).manifest());
    } catch (CharacterCodingException e) {
      throw notUtf8(file, path);
    } catch (IOException e) {
      throw file.unreadable(e);
    }
  }

  private static Reader withoutByteOrderMark(DatasetDiagnostics file, Reader in)
      throws IOException {
    PushbackReader reader = new PushbackReader(in);
    int first = reader.read();
    if (first == JsonAssertions.BYTE_ORDER_MARK) {
      throw file.wrong(1, 1, JsonAssertions.BYTE_ORDER_MARK_FOUND);
    }
    if (first >= 0) {
      reader.unread(first);
    }
    return reader;
  }

  private static DatasetException notUtf8(DatasetDiagnostics file, Path path) {
    try (BoundedLineReader lines = BoundedLineReader.of(path)) {
      BoundedLineReader.Line line = lines.next();
      for (int number = 1; !line.isEnd() && !line.isTooLong(); number++) {
        BoundedLineReader.Decoded decoded = line.decoded();
        if (!decoded.valid()) {
          return file.wrong(number, decoded.text().length() + 1, "not UTF-8");
        }
        line = lines.next();
      }
      return file.wrong("not UTF-8");
    } catch (IOException e) {
      return file.unreadable(e);
    }
  }

  Dataset toDataset(DatasetKey key, Path records) {
    return new Dataset(key, title, version, traceCount, records);
  }

  /** One pass over the file. */
  private static final class Reading {
    private final DatasetDiagnostics file;
    private final JsonParser parser;
    private final Map<String, String> texts = new HashMap<>();
    private long traceCount;
    private int names;

    Reading(DatasetDiagnostics file, JsonParser parser) {
      this.file = file;
      this.parser = parser;
    }

    Manifest manifest() throws IOException {
      JsonAssertions.requireObject(file, parser, 0);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        JsonAssertions.requireNew(file, parser, 0, !texts.containsKey(name));
        countName();
        parser.nextToken();
        readField(name);
        skipChildren();
      }
      JsonAssertions.requireEnd(file, parser, 0);
      requireAll();
      return new Manifest(text("dataset_name"), text("dataset_version"), traceCount);
    }

    private void skipChildren() throws IOException {
      int open = parser.currentToken().isStructStart() ? 1 : 0;
      while (open > 0) {
        JsonToken next = parser.nextToken();
        open += next.isStructStart() ? 1 : next.isStructEnd() ? -1 : 0;
        if (next == JsonToken.FIELD_NAME) {
          countName();
        }
      }
    }

    private void countName() {
      names++;
      if (names > MAX_NAMES) {
        throw JsonAssertions.wrong(
            file, parser.currentTokenLocation(), 0, "more than " + MAX_NAMES + " names");
      }
    }

    private void readField(String name) throws IOException {
      switch (name) {
        case "trace_count" -> {
          require(parser.currentToken() == JsonToken.VALUE_NUMBER_INT, name, "a whole number");
          traceCount = parser.getLongValue();
          require(traceCount >= 0, name, "0 or more");
          texts.put(name, "");
        }
        case "trace_ids" -> {
          require(parser.currentToken() == JsonToken.START_ARRAY, name, "a list");
          texts.put(name, "");
        }
        default -> {
          if (REQUIRED.contains(name)) {
            require(parser.currentToken() == JsonToken.VALUE_STRING, name, "a string");
            texts.put(name, parser.getText());
          }
        }
      }
    }

    private void require(boolean holds, String name, String what) {
      if (!holds) {
        throw JsonAssertions.wrong(
            file, parser.currentTokenLocation(), 0, name + " must be " + what);
      }
    }

    private void requireAll() {
      List<String> missing = REQUIRED.stream().filter(name -> !texts.containsKey(name)).toList();
      if (!missing.isEmpty()) {
        throw file.wrong("required and missing: " + String.join(", ", missing));
      }
      if (!text("dataset_key").equals(file.key().value())) {
        throw file.wrong("dataset_key must be the name of the directory, " + file.key());
      }
    }

    private String text(String name) {
      return texts.getOrDefault(name, "");
    }
  }
}
