package dev.runregistry.http.internal.request;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.http.internal.message.HttpProblem;
import dev.runregistry.http.internal.message.Json;
import dev.runregistry.http.internal.message.ValidationError;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import dev.runregistry.run.audit.Digest;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import io.javalin.http.Context;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The key of a request that makes it safe to repeat. */
public final class IdempotencyKey {
  private static final String HEADER = "Idempotency-Key";

  private IdempotencyKey() {}

  /**
   * Returns the key as it was sent, including the quotes of the draft; empty if there is none.
   *
   * @throws HttpProblem 422 if it is malformed
   */
  public static Optional<String> of(Context ctx) {
    String key = ctx.header(HEADER);
    if (key != null && !key.matches("[!-~]{1," + IdempotencyRecord.MAX_KEY + "}")) {
      throw refused(
          "Value error, must have 1 to %d visible ASCII characters"
              .formatted(IdempotencyRecord.MAX_KEY));
    }
    return Optional.ofNullable(key);
  }

  /** Returns the problem of a key that was used for a different request. */
  public static HttpProblem reused() {
    return refused("Value error, this key was used for a different request");
  }

  private static HttpProblem refused(String msg) {
    return HttpProblem.unprocessable(
        List.of(
            new ValidationError(
                List.of("header", HEADER.toLowerCase(Locale.ROOT)), msg, "value_error")));
  }

  /**
   * Returns a digest of all fields of the request. A field that was added in a later version is
   * included only if it differs from the default, so that a request stored by an earlier version is
   * recognized.
   */
  public static String fingerprint(RunRequestBody body) {
    byte[] canonical =
        Json.write(
            json -> {
              json.writeStartArray();
              json.writeString(body.datasetKey().value());
              json.writeString(body.modelId());
              json.writeString(body.outputDir());
              json.writeBoolean(body.dryRun());
              json.writeNumber(body.training().learningRate());
              json.writeNumber(body.training().numEpochs());
              json.writeNumber(body.training().batchSize());
              json.writeNumber(body.training().maxSeqLength());
              writeLater(json, body);
              json.writeEndArray();
            });
    return Digest.of(canonical).toString();
  }

  private static void writeLater(JsonGenerator json, RunRequestBody body) throws IOException {
    TrainingConfig training = body.training();
    TrainingConfig usual = TrainingConfig.DEFAULT;
    Double decay = training.weightDecay();
    TrainingDevice device = training.device();
    if (decay != null && !decay.equals(usual.weightDecay())) {
      json.writeString("weight_decay");
      json.writeNumber(decay);
    }
    if (device != null && device != usual.device()) {
      json.writeString("device");
      json.writeString(device.text());
    }
    if (body.timeLimit() != null) {
      json.writeString("time_limit_ms");
      json.writeNumber(body.timeLimit().toMillis());
    }
    if (body.priority() != 0) {
      json.writeString("priority");
      json.writeNumber(body.priority());
    }
    write(json, "name", body.description().name());
    if (!body.description().tags().isEmpty()) {
      json.writeString("tags");
      json.writeStartObject();
      for (Map.Entry<String, String> tag : body.description().tags().entrySet()) {
        json.writeStringField(tag.getKey(), tag.getValue());
      }
      json.writeEndObject();
    }
    write(json, "note", body.description().note());
    write(json, "parent_run_id", body.parent() == null ? null : body.parent().toString());
  }

  private static void write(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    if (value != null) {
      json.writeString(name);
      json.writeString(value);
    }
  }
}
