package dev.runregistry.cli.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.run.service.Finding;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Runs as the HTTP contract writes them: the same fields in the same order, each always present. A
 * whole run has {@code provenance} after them, which the HTTP API keeps to itself. Each on one
 * line.
 */
public final class RunJson {
  private static final DateTimeFormatter MICROS =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'").withZone(ZoneOffset.UTC);
  private static final JsonFactory JSON = PrintableJson.factory();

  private RunJson() {}

  /** The whole run. */
  public static String of(Run run) {
    return object(
        json -> {
          json.writeStringField("run_id", run.id().toString());
          json.writeStringField("status", run.status().text());
          json.writeStringField("mode", run.spec().mode().text());
          json.writeStringField("dataset_key", run.spec().datasetKey().value());
          json.writeStringField("model_id", run.spec().modelId());
          json.writeStringField("output_dir", run.spec().outputDir());
          writeNumber(json, "exit_code", run.exitCode());
          json.writeStringField("stdout", run.output().stdout().text());
          json.writeStringField("stderr", run.output().stderr().text());
          writeSeconds(json, run.duration().orElse(null));
          writeInstant(json, "started_at", run.startedAt());
          writeInstant(json, "completed_at", run.completedAt());
          json.writeStringField("message", run.message());
          json.writeStringField("reason", run.reason() == null ? null : run.reason().text());
          json.writeFieldName("provenance");
          writeProvenance(json, run.provenance(), run.spec().command());
        });
  }

  private static void writeProvenance(
      JsonGenerator json, @Nullable Provenance known, List<String> command) throws IOException {
    if (known == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("host", known.host());
    json.writeStringField("user", known.user());
    json.writeStringField("working_dir", known.workingDirectory());
    json.writeArrayFieldStart("command");
    for (String word : command) {
      json.writeString(word);
    }
    json.writeEndArray();
    json.writeStringField("registry_version", known.registryVersion());
    json.writeStringField("git_commit", known.gitCommit());
    json.writeFieldName("git_dirty");
    if (known.gitDirty() == null) {
      json.writeNull();
    } else {
      json.writeBoolean(known.gitDirty());
    }
    json.writeObjectFieldStart("environment");
    for (Map.Entry<String, String> variable : known.environment().entrySet()) {
      json.writeStringField(variable.getKey(), variable.getValue());
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  /** A line of a list. */
  public static String of(RunSummary run) {
    return object(
        json -> {
          json.writeStringField("run_id", run.id().toString());
          json.writeStringField("dataset_key", run.datasetKey().value());
          json.writeStringField("model_id", run.modelId());
          json.writeStringField("mode", run.mode().text());
          json.writeStringField("status", run.status().text());
          writeInstant(json, "started_at", run.startedAt());
          writeSeconds(json, run.duration());
        });
  }

  /** What was found of an unsettled run; the last two are null where there is no ending. */
  public static String of(Finding finding) {
    return object(
        json -> {
          json.writeStringField("name", finding.name());
          json.writeStringField("action", finding.action().text());
          json.writeStringField("message", finding.message());
          json.writeStringField(
              "status", finding.run().map(run -> run.status().text()).orElse(null));
          writeNumber(json, "exit_code", finding.run().map(Run::exitCode).orElse(null));
        });
  }

  private static void writeNumber(JsonGenerator json, String field, @Nullable Integer number)
      throws IOException {
    json.writeFieldName(field);
    if (number == null) {
      json.writeNull();
    } else {
      json.writeNumber(number);
    }
  }

  private static void writeInstant(JsonGenerator json, String field, @Nullable Instant at)
      throws IOException {
    json.writeStringField(field, at == null ? null : MICROS.format(at));
  }

  private static void writeSeconds(JsonGenerator json, @Nullable Duration duration)
      throws IOException {
    json.writeFieldName("duration_seconds");
    if (duration == null) {
      json.writeNull();
    } else {
      long micros = TimeUnit.NANOSECONDS.toMicros(duration.toNanos());
      json.writeNumber(BigDecimal.valueOf(micros, 6)); // never with an exponent
    }
  }

  private static String object(Fields fields) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      fields.writeTo(json);
      json.writeEndObject();
    } catch (IOException e) { // a StringWriter throws none
      throw new UncheckedIOException(e);
    }
    return text.toString();
  }

  private interface Fields {
    void writeTo(JsonGenerator json) throws IOException;
  }
}
