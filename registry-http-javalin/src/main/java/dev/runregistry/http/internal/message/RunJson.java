package dev.runregistry.http.internal.message;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Renders runs as the API contract defines them: all keys, always, in this order. */
public final class RunJson {
  private RunJson() {}

  public static byte[] run(Run run) {
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
    writeNumber(json, "exit_code", run.exitCode() == null ? null : run.exitCode().longValue());
    json.writeStringField("stdout", run.output().stdout().text());
    json.writeStringField("stderr", run.output().stderr().text());
    writeSeconds(json, "duration_seconds", run.duration().orElse(null));
    json.writeStringField("started_at", Timestamps.of(run.startedAt()));
    Instant completedAt = run.completedAt();
    json.writeStringField("completed_at", completedAt == null ? null : Timestamps.of(completedAt));
    json.writeStringField("message", run.message());
    json.writeStringField("reason", run.reason() == null ? null : run.reason().text());
    json.writeEndObject();
  }

  /**
   * Renders the requested parameters of a run, without its command, which belongs to the operator
   * and may contain secrets. The values of a training are null for a custom command.
   */
  public static byte[] config(RunSpec spec) {
    return Json.write(
        json -> {
          json.writeStartObject();
          write(json, spec.training());
          writeSeconds(json, "time_limit_seconds", spec.timeLimit());
          json.writeEndObject();
        });
  }

  private static void write(JsonGenerator json, @Nullable TrainingConfig known) throws IOException {
    writeDouble(json, "learning_rate", known == null ? null : known.learningRate());
    writeNumber(json, "num_epochs", known == null ? null : (long) known.numEpochs());
    writeNumber(json, "batch_size", known == null ? null : (long) known.batchSize());
    writeNumber(json, "max_seq_length", known == null ? null : (long) known.maxSeqLength());
    writeDouble(json, "weight_decay", known == null ? null : known.weightDecay());
    json.writeStringField(
        "device", known == null || known.device() == null ? null : known.device().text());
  }

  private static void writeDouble(JsonGenerator json, String name, @Nullable Double number)
      throws IOException {
    json.writeFieldName(name);
    if (number == null) {
      json.writeNull();
    } else {
      json.writeNumber(number);
    }
  }

  /** Renders the page for the query. */
  public static byte[] page(RunPage page, RunQuery query) {
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
          writeNumber(json, "next_offset", nextOffset(page, query));
          json.writeEndObject();
          json.writeEndObject();
        });
  }

  private static @Nullable Long nextOffset(RunPage page, RunQuery query) {
    return page.hasNext() ? Long.valueOf(query.offset() + query.limit()) : null;
  }

  private static void write(JsonGenerator json, RunSummary run) throws IOException {
    json.writeStartObject();
    json.writeStringField("run_id", run.id().toString());
    json.writeStringField("dataset_key", run.datasetKey().value());
    json.writeStringField("model_id", run.modelId());
    json.writeStringField("mode", run.mode().text());
    json.writeStringField("status", run.status().text());
    json.writeStringField("started_at", Timestamps.of(run.startedAt()));
    writeSeconds(json, "duration_seconds", run.duration());
    json.writeEndObject();
  }

  /**
   * Writes exact seconds, because a record has no fractions of a microsecond, and never with an
   * exponent.
   */
  private static void writeSeconds(JsonGenerator json, String name, @Nullable Duration duration)
      throws IOException {
    json.writeFieldName(name);
    if (duration == null) {
      json.writeNull();
    } else {
      json.writeNumber(BigDecimal.valueOf(TimeUnit.NANOSECONDS.toMicros(duration.toNanos()), 6));
    }
  }

  private static void writeNumber(JsonGenerator json, String name, @Nullable Long number)
      throws IOException {
    json.writeFieldName(name);
    if (number == null) {
      json.writeNull();
    } else {
      json.writeNumber(number);
    }
  }
}
