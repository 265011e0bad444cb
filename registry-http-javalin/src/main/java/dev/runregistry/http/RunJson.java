package dev.runregistry.http;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunPage;
import dev.runregistry.run.RunQuery;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunSummary;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Runs as the contract writes them: every key, always, in its order. */
final class RunJson {
  private static final double MICROS_PER_SECOND = 1e6;
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

  /**
   * What a run was asked for, but for its command: that is the operator's, and may have secrets.
   */
  static byte[] config(RunSpec spec) {
    Duration limit = spec.timeLimit();
    return Json.write(
        json -> {
          json.writeStartObject();
          json.writeNumberField("learning_rate", spec.training().learningRate());
          json.writeNumberField("num_epochs", spec.training().numEpochs());
          json.writeNumberField("batch_size", spec.training().batchSize());
          json.writeNumberField("max_seq_length", spec.training().maxSeqLength());
          json.writeFieldName("time_limit_seconds");
          writeOrNull(json, seconds(limit));
          json.writeEndObject();
        });
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

  private static @Nullable Double seconds(@Nullable Duration duration) {
    if (duration == null) {
      return null;
    }
    long micros = duration.toNanos() / 1_000; // exact: a record has no parts of a microsecond
    return micros / MICROS_PER_SECOND;
  }

  private static void writeOrNull(JsonGenerator json, @Nullable Number number) throws IOException {
    if (number == null) {
      json.writeNull();
    } else {
      json.writeObject(number);
    }
  }
}
