package dev.runregistry.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunPage;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RunSummary;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Runs as the contract writes them: every key, always, in its order. */
final class RunJson {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private RunJson() {}

  static byte[] run(Run run) {
    return Json.write(json -> write(json, run));
  }

  private static void write(JsonGenerator json, Run run) throws IOException {
    json.writeStartObject();
    json.writeStringField("run_id", run.id().toString());
    json.writeStringField("status", run.status().text());
    json.writeStringField("mode", run.spec().mode().text());
    json.writeStringField("dataset_key", run.spec().datasetKey().value());
    json.writeStringField("model_id", run.spec().modelId());
    json.writeStringField("output_dir", run.spec().outputDir());
    json.writeFieldName("exit_code");
    writeOrNull(json, run.exitCode());
    json.writeStringField("stdout", run.output().stdout().text());
    json.writeStringField("stderr", run.output().stderr().text());
    json.writeFieldName("duration_seconds");
    writeOrNull(json, seconds(run.duration().orElse(null)));
    json.writeStringField("started_at", TIME.format(run.startedAt()));
    Instant completedAt = run.completedAt();
    json.writeStringField("completed_at", completedAt == null ? null : TIME.format(completedAt));
    json.writeStringField("message", run.message());
    json.writeEndObject();
  }

  /** The page that this query asked for. */
  static byte[] page(RunPage page, RunQuery query) {
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeArrayFieldStart("data");
          for (RunSummary run : page.runs()) {
            write(json, run);
          }
          json.writeEndArray();
          json.writeObjectFieldStart("pagination");
          json.writeNumberField("limit", query.limit());
          json.writeNumberField("offset", query.offset());
          json.writeFieldName("next_offset");
          writeOrNull(json, page.hasNext() ? query.offset() + query.limit() : null);
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, RunSummary run) throws IOException {
    json.writeStartObject();
    json.writeStringField("run_id", run.id().toString());
    json.writeStringField("dataset_key", run.datasetKey().value());
    json.writeStringField("model_id", run.modelId());
    json.writeStringField("mode", run.mode().text());
    json.writeStringField("status", run.status().text());
    json.writeStringField("started_at", TIME.format(run.startedAt()));
    json.writeFieldName("duration_seconds");
    writeOrNull(json, seconds(run.duration()));
    json.writeEndObject();
  }

  /** Exact, because a record has no parts of a microsecond, and never with an exponent. */
  private static @Nullable BigDecimal seconds(@Nullable Duration duration) {
    return duration == null
        ? null
        : BigDecimal.valueOf(TimeUnit.NANOSECONDS.toMicros(duration.toNanos()), 6);
  }

  private static void writeOrNull(JsonGenerator json, @Nullable Number number) throws IOException {
    if (number == null) {
      json.writeNull();
    } else {
      json.writeObject(number);
    }
  }
}
