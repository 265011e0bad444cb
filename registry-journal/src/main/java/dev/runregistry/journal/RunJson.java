package dev.runregistry.journal;

import com.fasterxml.jackson.core.JsonEncoding;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.internal.files.CorruptJournalException;
import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import dev.runregistry.run.queue.Allocation;
import dev.runregistry.run.queue.QueuedRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The journal files in a run directory. Written and read as a stream of tokens: binding objects
 * would cost the command line more than everything else about them. Instants are microseconds since
 * 1970.
 */
final class RunJson {
  /** The format in every file but one. A reader rejects formats that it does not know. */
  static final int FORMAT = 1;

  /** Of a run that was handed to an engine: versions that know no such run take it for lost. */
  static final int FORMAT_OF_SUBMITTED = 2;

  private static final JsonFactory JSON = new JsonFactory();

  private RunJson() {}

  /**
   * Returns the file of a run that starts, of its owner, and of the address of its database. The id
   * of the database is not in it: until the start is on record, another one may come back there.
   */
  static byte[] started(Run running, OwnerIdentity owner, DatabaseIdentity database)
      throws IOException {
    return write(
        json -> {
          writeRun(json, running);
          writeOwner(json, owner);
          writeAddress(json, database);
        });
  }

  /** Returns the file of a run in the queue of an engine, with the name of its executor. */
  static byte[] submitted(
      Run pending, String executor, OwnerIdentity owner, DatabaseIdentity database)
      throws IOException {
    return write(
        FORMAT_OF_SUBMITTED,
        json -> {
          writeRun(json, pending);
          json.writeStringField("executor", executor);
          writeOwner(json, owner);
          writeAddress(json, database);
        });
  }

  /** Returns the file of a waiting run, and of the process that submitted it. */
  static byte[] queued(QueuedRun queued, OwnerIdentity submitter) throws IOException {
    return write(
        json -> {
          writeRun(json, queued.run());
          writeOwner(json, submitter);
          writeAddress(json, queued.database());
          writeInvocation(json, queued.invocation());
          json.writeBooleanField("dataset_used", queued.datasetUsed());
          json.writeNumberField("priority", queued.options().priority());
          json.writeNumberField("gpus", queued.options().gpus());
          writeText(json, "executor", queued.options().executor());
          json.writeBooleanField("keyed", queued.hasKey());
        });
  }

  /** Returns the file of what a run holds. */
  static byte[] allocation(Allocation allocation) throws IOException {
    return write(json -> writeWords(json, "gpus", allocation.gpus()));
  }

  /** Returns the file of the database that has a run. */
  static byte[] database(DatabaseIdentity database) throws IOException {
    return write(
        json -> {
          writeAddress(json, database);
          writeText(json, "database_uuid", database.uuid().map(UUID::toString).orElse(null));
        });
  }

  /** Returns the file of a request to cancel a run. */
  static byte[] cancelRequest(CancelRequest request) throws IOException {
    return write(
        json -> {
          json.writeStringField("user", request.user());
          json.writeNumberField("at_us", Timestamps.toMicros(request.at()));
        });
  }

  /** Returns the file of a run that ended. */
  static byte[] ended(Run ended) throws IOException {
    return write(json -> writeRun(json, ended));
  }

  /**
   * Parses the output of {@link #started} or {@link #submitted}.
   *
   * @throws IOException if it is incomplete, or of a format that this version does not know
   */
  static JournaledStart readStarted(byte[] note) throws IOException {
    return read(note, FORMAT_OF_SUBMITTED, RunJsonReader::startedRun);
  }

  /**
   * Parses the output of {@link #queued}.
   *
   * @throws IOException if it is incomplete, or of a format that this version does not know
   */
  static QueuedRun readQueued(byte[] note) throws IOException {
    return read(note, RunJsonReader::queuedRun);
  }

  /**
   * Parses the output of {@link #allocation}.
   *
   * @throws IOException if it is incomplete, or of a format that this version does not know
   */
  static Allocation readAllocation(RunId run, byte[] note) throws IOException {
    return read(note, reader -> new Allocation(run, reader.words("gpus")));
  }

  /**
   * Parses the output of {@link #database}.
   *
   * @throws IOException if it is incomplete, or of a format that this version does not know
   */
  static DatabaseIdentity readDatabase(byte[] note) throws IOException {
    return read(note, RunJsonReader::database);
  }

  /**
   * Parses the output of {@link #cancelRequest}.
   *
   * @throws IOException if it is incomplete, or of a format that this version does not know
   */
  static CancelRequest readCancelRequest(byte[] note) throws IOException {
    return read(note, RunJsonReader::cancelRequest);
  }

  /**
   * Parses the output of {@link #ended}.
   *
   * @throws IOException if it is incomplete, or of a format that this version does not know
   */
  static Run readEnded(byte[] note) throws IOException {
    return read(note, RunJsonReader::run);
  }

  private interface Body {
    void writeTo(JsonGenerator json) throws IOException;
  }

  private interface Reading<T> {
    T from(RunJsonReader reader) throws IOException;
  }

  private static <T> T read(byte[] note, Reading<T> what) throws IOException {
    return read(note, FORMAT, what);
  }

  private static <T> T read(byte[] note, int maxFormat, Reading<T> what) throws IOException {
    try {
      return what.from(RunJsonReader.of(note, maxFormat));
    } catch (IllegalArgumentException
        | NullPointerException
        | ClassCastException
        | ArithmeticException
        | DateTimeException e) {
      throw new CorruptJournalException(
          "the journal file is not what was written: " + e.getMessage(), e);
    }
  }

  private static byte[] write(Body body) throws IOException {
    return write(FORMAT, body);
  }

  private static byte[] write(int format, Body body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024);
    try (JsonGenerator json = JSON.createGenerator(bytes, JsonEncoding.UTF8)) {
      json.writeStartObject();
      json.writeNumberField("format", format);
      body.writeTo(json);
      json.writeEndObject();
      json.writeRaw('\n');
    }
    return bytes.toByteArray();
  }

  private static void writeAddress(JsonGenerator json, DatabaseIdentity database)
      throws IOException {
    if (!database.address().isEmpty()) {
      json.writeStringField("database", database.address());
    }
  }

  private static void writeOwner(JsonGenerator json, OwnerIdentity owner) throws IOException {
    json.writeObjectFieldStart("runner");
    json.writeStringField("host", owner.host());
    writeText(json, "machine_id", owner.machineId());
    writeText(json, "boot_id", owner.bootId());
    writeText(json, "pid_namespace", owner.pidNamespace());
    json.writeNumberField("pid", owner.process().pid());
    json.writeNumberField("start_time", owner.process().startTime());
    json.writeEndObject();
  }

  private static void writeRun(JsonGenerator json, Run run) throws IOException {
    json.writeObjectFieldStart("run");
    json.writeStringField("run_id", run.id().toString());
    writeSpec(json, run.spec());
    json.writeStringField("status", run.status().text());
    writeText(json, "executor", run.executor());
    writeText(json, "external_id", run.externalId());
    json.writeNumberField("created_at_us", Timestamps.toMicros(run.createdAt()));
    json.writeNumberField("started_at_us", Timestamps.toMicros(run.startedAt()));
    writeNumber(
        json,
        "completed_at_us",
        run.completedAt() == null ? null : Timestamps.toMicros(run.completedAt()));
    writeNumber(json, "exit_code", run.exitCode() == null ? null : run.exitCode().longValue());
    writeText(json, "reason", run.reason() == null ? null : run.reason().text());
    json.writeStringField("stdout", run.output().stdout().text());
    json.writeStringField("stderr", run.output().stderr().text());
    json.writeStringField("message", run.message());
    json.writeFieldName("provenance");
    writeProvenance(json, run.provenance());
    json.writeEndObject();
  }

  private static void writeSpec(JsonGenerator json, RunSpec spec) throws IOException {
    Duration limit = spec.timeLimit();
    json.writeObjectFieldStart("spec");
    json.writeStringField("dataset_key", spec.datasetKey().value());
    json.writeStringField("model_id", spec.modelId());
    json.writeStringField("mode", spec.mode().text());
    writeText(json, "output_dir", spec.outputDir());
    if (spec.training() != null) {
      writeTraining(json, spec.training());
    }
    writeWords(json, "command", spec.command());
    writeNumber(json, "time_limit_ms", limit == null ? null : limit.toMillis());
    writeText(json, "parent_run_id", spec.parent() == null ? null : spec.parent().toString());
    if (!spec.description().isEmpty()) {
      writeDescription(json, spec.description());
    }
    json.writeEndObject();
  }

  /** Omitted for runs without one. */
  private static void writeDescription(JsonGenerator json, RunDescription description)
      throws IOException {
    json.writeObjectFieldStart("description");
    writeText(json, "name", description.name());
    writeTexts(json, "tags", description.tags());
    writeText(json, "note", description.note());
    json.writeEndObject();
  }

  private static void writeInvocation(JsonGenerator json, Invocation invocation)
      throws IOException {
    json.writeObjectFieldStart("invocation");
    writeWords(json, "command", invocation.command());
    writeText(json, "working_dir", invocation.workingDirectory());
    json.writeBooleanField("inherits_environment", invocation.inheritsEnvironment());
    writeTexts(json, "environment", invocation.environment());
    writeOptions(json, invocation.options());
    json.writeEndObject();
  }

  private static void writeOptions(JsonGenerator json, Invocation.Options options)
      throws IOException {
    Duration grace = options.killGrace();
    writeNumber(json, "kill_grace_ms", grace == null ? null : grace.toMillis());
    if (options.stopSignal() != null) {
      json.writeStringField("stop_signal", options.stopSignal());
    }
    json.writeBooleanField("keep_children", options.keepsChildren());
    writeNumber(json, "log_limit", options.logLimit());
    if (options.recordedVariables() != null) {
      writeWords(json, "recorded_variables", options.recordedVariables());
    }
    if (options.engineOptions() != null) {
      writeWords(json, "engine_options", options.engineOptions());
    }
  }

  private static void writeWords(JsonGenerator json, String name, List<String> words)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (String word : words) {
      json.writeString(word);
    }
    json.writeEndArray();
  }

  private static void writeTexts(JsonGenerator json, String name, Map<String, String> texts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> text : texts.entrySet()) {
      json.writeStringField(text.getKey(), text.getValue());
    }
    json.writeEndObject();
  }

  /** Omitted for commands without a training. */
  private static void writeTraining(JsonGenerator json, TrainingConfig training)
      throws IOException {
    json.writeNumberField("learning_rate", training.learningRate());
    json.writeFieldName("weight_decay");
    if (training.weightDecay() == null) {
      json.writeNull();
    } else {
      json.writeNumber(training.weightDecay());
    }
    json.writeNumberField("num_epochs", training.numEpochs());
    json.writeNumberField("batch_size", training.batchSize());
    json.writeNumberField("max_seq_length", training.maxSeqLength());
    TrainingDevice device = training.device();
    writeText(json, "device", device == null ? null : device.text());
  }

  private static void writeProvenance(JsonGenerator json, @Nullable Provenance known)
      throws IOException {
    if (known == null) {
      json.writeNull();
      return;
    }
    json.writeStartObject();
    json.writeStringField("host", known.host());
    writeText(json, "user", known.user());
    json.writeStringField("working_dir", known.workingDirectory());
    json.writeStringField("registry_version", known.registryVersion());
    writeText(json, "git_commit", known.gitCommit());
    json.writeFieldName("git_dirty");
    if (known.gitDirty() == null) {
      json.writeNull();
    } else {
      json.writeBoolean(known.gitDirty());
    }
    writeTexts(json, "environment", known.environment());
    json.writeEndObject();
  }

  private static void writeText(JsonGenerator json, String name, @Nullable String value)
      throws IOException {
    json.writeFieldName(name);
    json.writeString(value); // null for null
  }

  private static void writeNumber(JsonGenerator json, String name, @Nullable Long value)
      throws IOException {
    json.writeFieldName(name);
    if (value == null) {
      json.writeNull();
    } else {
      json.writeNumber(value);
    }
  }
}
