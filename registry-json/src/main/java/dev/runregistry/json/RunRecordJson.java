package dev.runregistry.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Output;
import dev.runregistry.run.OutputExcerpt;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.ChainedRetirement;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.audit.Digest;
import dev.runregistry.run.host.HostRetirement;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Writes and reads a finished run, or a retirement of a host, with all that is recorded of it, and
 * its link in the chain: one JSON object. What is read equals what was written, so digests stay
 * valid.
 */
public final class RunRecordJson {
  private static final String FORMAT = "run-registry record 1";
  private static final String RETIREMENT_FORMAT = "run-registry retirement 1";

  /** The maximum length of one text of a record in characters. */
  private static final int MAX_TEXT = 64 << 20;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(StreamReadConstraints.builder().maxStringLength(MAX_TEXT).build())
          .build();

  private RunRecordJson() {}

  /** Writes the object; throws an {@link IOException} only if the generator's target does. */
  public static void write(JsonGenerator json, ChainEntry entry) throws IOException {
    if (entry instanceof ChainedRun run) {
      write(json, run);
    } else if (entry instanceof ChainedRetirement retirement) {
      write(json, retirement);
    }
  }

  private static void write(JsonGenerator json, ChainedRetirement entry) throws IOException {
    HostRetirement retirement = entry.retirement();
    json.writeStartObject();
    json.writeStringField("format", RETIREMENT_FORMAT);
    json.writeStringField("retirement_id", retirement.id().toString());
    json.writeStringField("host", retirement.host());
    json.writeStringField("user", retirement.user());
    json.writeStringField("retired_at", Timestamps.text(retirement.at()));
    json.writeStringField("reason", retirement.reason());
    write(json, entry.link());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, ChainedRun entry) throws IOException {
    Run run = entry.run();
    RunSpec spec = run.spec();
    json.writeStartObject();
    json.writeStringField("format", FORMAT);
    json.writeStringField("run_id", run.id().toString());
    json.writeStringField("status", run.status().text());
    json.writeStringField("mode", spec.mode().text());
    json.writeStringField("dataset_key", spec.datasetKey().value());
    json.writeStringField("model_id", spec.modelId());
    writeTexts(json, "command", spec.command());
    json.writeStringField("output_dir", spec.outputDir());
    write(json, spec.training());
    json.writePOJOField(
        "time_limit_ms", spec.timeLimit() == null ? null : spec.timeLimit().toMillis());
    json.writeStringField("parent_run_id", spec.parent() == null ? null : spec.parent().toString());
    writeDescription(json, spec.description());
    json.writeStringField("executor", run.executor());
    json.writeStringField("external_id", run.externalId());
    json.writeStringField("created_at", Timestamps.text(run.createdAt()));
    json.writeStringField("started_at", Timestamps.text(run.startedAt()));
    json.writeStringField(
        "completed_at", run.completedAt() == null ? null : Timestamps.text(run.completedAt()));
    json.writePOJOField("exit_code", run.exitCode());
    json.writeStringField("reason", run.reason() == null ? null : run.reason().text());
    json.writeStringField("message", run.message());
    write(json, run.provenance());
    json.writeStringField("stdout", run.output().stdout().text());
    json.writeStringField("stderr", run.output().stderr().text());
    write(json, entry.link());
    json.writeEndObject();
  }

  /** Omitted for runs without one, which earlier versions can import. */
  private static void writeDescription(JsonGenerator json, RunDescription description)
      throws IOException {
    if (description.isEmpty()) {
      return;
    }
    json.writeStringField("name", description.name());
    writeTexts(json, "tags", description.tags());
    json.writeStringField("note", description.note());
  }

  private static void writeTexts(JsonGenerator json, String name, Map<String, String> texts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> text : texts.entrySet()) {
      json.writeStringField(text.getKey(), text.getValue());
    }
    json.writeEndObject();
  }

  private static void writeTexts(JsonGenerator json, String name, List<String> texts)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String text : texts) {
      json.writeString(text);
    }
    json.writeEndArray();
  }

  private static void write(JsonGenerator json, @Nullable TrainingConfig training)
      throws IOException {
    if (training == null) {
      json.writeNullField("training");
      return;
    }
    json.writeObjectFieldStart("training");
    json.writeNumberField("learning_rate", training.learningRate());
    json.writePOJOField("weight_decay", training.weightDecay());
    json.writeNumberField("num_epochs", training.numEpochs());
    json.writeNumberField("batch_size", training.batchSize());
    json.writeNumberField("max_seq_length", training.maxSeqLength());
    json.writeStringField("device", training.device() == null ? null : training.device().text());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, @Nullable Provenance known) throws IOException {
    if (known == null) {
      json.writeNullField("provenance");
      return;
    }
    json.writeObjectFieldStart("provenance");
    json.writeStringField("host", known.host());
    json.writeStringField("user", known.user());
    json.writeStringField("working_dir", known.workingDirectory());
    json.writeStringField("registry_version", known.registryVersion());
    json.writeStringField("git_commit", known.gitCommit());
    json.writePOJOField("git_dirty", known.gitDirty());
    writeTexts(json, "environment", known.environment());
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, ChainLink link) throws IOException {
    json.writeObjectFieldStart("link");
    json.writeNumberField("number", link.number());
    json.writeNumberField("version", link.version());
    json.writeStringField("run_digest", link.runDigest().toString());
    json.writeStringField("recorded_at", Timestamps.text(link.recordedAt()));
    json.writeBooleanField("backfilled", link.backfilled());
    json.writeStringField("previous_digest", link.previous().toString());
    json.writeStringField("digest", link.digest().toString());
    json.writeEndObject();
  }

  /**
   * Reads the object.
   *
   * @throws IllegalArgumentException if the text is anything else; the message says why
   */
  public static ChainEntry read(String text) {
    try (JsonParser json = JSON.createParser(text)) {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("it is not a JSON object");
      }
      Fields fields = new Fields(object(json));
      if (json.nextToken() != null) {
        throw new IllegalArgumentException("something follows the JSON object");
      }
      Object format = fields.values.get("format");
      if (RETIREMENT_FORMAT.equals(format)) {
        HostRetirement retirement = retirement(fields);
        return new ChainedRetirement(
            link(fields.object("link"), new RunId(retirement.id())), retirement);
      }
      if (!FORMAT.equals(format)) {
        throw new IllegalArgumentException(
            "its format is neither \"%s\" nor \"%s\"".formatted(FORMAT, RETIREMENT_FORMAT));
      }
      Run run = run(fields);
      return new ChainedRun(link(fields.object("link"), run.id()), run);
    } catch (IOException e) {
      throw new IllegalArgumentException("it is not a JSON object", e);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException("it has a time that is none: " + e.getMessage(), e);
    }
  }

  private static HostRetirement retirement(Fields fields) {
    return new HostRetirement(
        UUID.fromString(fields.text("retirement_id")),
        fields.text("host"),
        fields.text("user"),
        Instant.parse(fields.text("retired_at")),
        fields.text("reason"));
  }

  private static Run run(Fields fields) {
    String reason = fields.textOrNull("reason");
    return new Run(
        RunId.parse(fields.text("run_id")),
        spec(fields),
        RunStatus.parse(fields.text("status")),
        fields.textOrNull("executor"),
        fields.textOrNull("external_id"),
        Instant.parse(fields.text("created_at")),
        Instant.parse(fields.text("started_at")),
        fields.textOrNull("completed_at") == null
            ? null
            : Instant.parse(fields.text("completed_at")),
        fields.intOrNull("exit_code"),
        reason == null ? null : RunReason.parse(reason),
        new Output(
            new OutputExcerpt(fields.text("stdout")), new OutputExcerpt(fields.text("stderr"))),
        fields.text("message"),
        provenance(fields.objectOrNull("provenance")));
  }

  private static RunSpec spec(Fields fields) {
    String parent = fields.textOrNull("parent_run_id");
    Long limit = fields.longOrNull("time_limit_ms");
    return new RunSpec(
        new DatasetKey(fields.text("dataset_key")),
        fields.text("model_id"),
        RunMode.parse(fields.text("mode")),
        fields.textOrNull("output_dir"),
        training(fields.objectOrNull("training")),
        fields.texts("command"),
        limit == null ? null : Duration.ofMillis(limit),
        parent == null ? null : RunId.parse(parent),
        description(fields));
  }

  private static RunDescription description(Fields fields) {
    Fields tags = fields.objectOrNull("tags");
    return new RunDescription(
        fields.textOrNull("name"),
        tags == null ? Map.of() : tags.allTexts(),
        fields.textOrNull("note"));
  }

  private static @Nullable TrainingConfig training(@Nullable Fields fields) {
    if (fields == null) {
      return null;
    }
    String device = fields.textOrNull("device");
    return new TrainingConfig(
        fields.decimal("learning_rate"),
        fields.values.get("weight_decay") == null ? null : fields.decimal("weight_decay"),
        fields.integer("num_epochs"),
        fields.integer("batch_size"),
        fields.integer("max_seq_length"),
        device == null ? null : TrainingDevice.parse(device));
  }

  private static @Nullable Provenance provenance(@Nullable Fields fields) {
    if (fields == null) {
      return null;
    }
    return new Provenance(
        fields.text("host"),
        fields.textOrNull("user"),
        fields.text("working_dir"),
        fields.text("registry_version"),
        fields.textOrNull("git_commit"),
        fields.values.get("git_dirty") == null ? null : fields.bool("git_dirty"),
        fields.object("environment").allTexts());
  }

  private static ChainLink link(Fields fields, RunId run) {
    return new ChainLink(
        fields.number("number"),
        run,
        fields.integer("version"),
        Digest.parse(fields.text("run_digest")),
        Instant.parse(fields.text("recorded_at")),
        fields.bool("backfilled"),
        Digest.parse(fields.text("previous_digest")),
        Digest.parse(fields.text("digest")));
  }

  /** The fields of an object, with their values as they are read. */
  private static final class Fields {
    private final Map<String, @Nullable Object> values;

    Fields(Map<String, @Nullable Object> values) {
      this.values = values;
    }

    private <T> T required(String name, Class<T> type) {
      Object value = values.get(name);
      if (!type.isInstance(value)) {
        throw new IllegalArgumentException("it has no " + name + ", or one of another type");
      }
      return type.cast(value);
    }

    String text(String name) {
      return required(name, String.class);
    }

    @Nullable String textOrNull(String name) {
      return values.get(name) == null ? null : text(name);
    }

    long number(String name) {
      try {
        return Long.parseLong(required(name, Numeral.class).text());
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(name + " is not an integer", e);
      }
    }

    int integer(String name) {
      long number = number(name);
      if (number != (int) number) {
        throw new IllegalArgumentException(name + " is out of range: " + number);
      }
      return (int) number;
    }

    @Nullable Integer intOrNull(String name) {
      return values.get(name) == null ? null : (Integer) integer(name);
    }

    @Nullable Long longOrNull(String name) {
      return values.get(name) == null ? null : (Long) number(name);
    }

    double decimal(String name) {
      return Double.parseDouble(required(name, Numeral.class).text());
    }

    boolean bool(String name) {
      return required(name, Boolean.class);
    }

    Fields object(String name) {
      return required(name, Fields.class);
    }

    @Nullable Fields objectOrNull(String name) {
      return values.get(name) == null ? null : object(name);
    }

    /** Returns all values, each of which must be a text. */
    Map<String, String> allTexts() {
      Map<String, String> texts = new LinkedHashMap<>();
      values.keySet().forEach(name -> texts.put(name, text(name)));
      return texts;
    }

    List<String> texts(String name) {
      List<String> texts = new ArrayList<>();
      for (Object text : required(name, List.class)) {
        if (!(text instanceof String word)) {
          throw new IllegalArgumentException(name + " has something else than texts");
        }
        texts.add(word);
      }
      return texts;
    }
  }

  /** A number as it was written. */
  private record Numeral(String text) {}

  private static Map<String, @Nullable Object> object(JsonParser json) throws IOException {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      String name = json.currentName();
      json.nextToken();
      if (values.containsKey(name)) {
        throw new IllegalArgumentException("it has two values of one name");
      }
      values.put(name, value(json));
    }
    return values;
  }

  private static @Nullable Object value(JsonParser json) throws IOException {
    return switch (json.currentToken()) {
      case START_OBJECT -> new Fields(object(json));
      case START_ARRAY -> array(json);
      case VALUE_STRING -> json.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> new Numeral(json.getText());
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      case VALUE_NULL -> null;
      default -> throw new IllegalArgumentException("it is not well formed");
    };
  }

  private static List<@Nullable Object> array(JsonParser json) throws IOException {
    List<@Nullable Object> values = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      if (json.currentToken() == JsonToken.START_ARRAY
          || json.currentToken() == JsonToken.START_OBJECT) {
        throw new IllegalArgumentException("it has an array of something else than values");
      }
      values.add(value(json));
    }
    return values;
  }
}
