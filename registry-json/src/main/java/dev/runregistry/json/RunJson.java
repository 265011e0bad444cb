package dev.runregistry.json;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.compare.RunDifference;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.SeenHome;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.query.RunHistogram;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Writes runs as the API contract defines them: all keys, always, in this order. Instants are ISO
 * 8601 in UTC with microseconds, durations are seconds with six decimals. Each method throws an
 * {@link IOException} only if the generator's target does.
 */
public final class RunJson {
  private RunJson() {}

  /**
   * Writes the object of a run that its detail returns, with more fields after those of the
   * contract: where it was started, null if unknown, and its command, null for a dry-run.
   *
   * @param isCancelRequested whether the message of a running run says that its cancellation was
   *     requested
   * @param unseen its host if it is an active run whose host is not seen; else null
   * @param pendingReason why its engine has not started it yet; null if that is not known
   * @param withCommand whether its command is written; else null
   */
  public static void writeRun(
      JsonGenerator json,
      Run run,
      boolean isCancelRequested,
      @Nullable UnseenHost unseen,
      @Nullable String pendingReason,
      boolean withCommand)
      throws IOException {
    json.writeStartObject();
    writeFields(json, run, message(run, isCancelRequested));
    writeHost(json, run, unseen);
    json.writeStringField("pending_reason", pendingReason);
    writeDescription(json, run.spec());
    writeOrigin(json, run.provenance());
    writeCommand(json, withCommand ? run.spec().command() : List.of());
    json.writeEndObject();
  }

  private static void writeOrigin(JsonGenerator json, @Nullable Provenance known)
      throws IOException {
    json.writeStringField("user", known == null ? null : known.user());
    json.writeStringField("working_dir", known == null ? null : known.workingDirectory());
    json.writeStringField("git_commit", known == null ? null : known.gitCommit());
    json.writePOJOField("git_dirty", known == null ? null : known.gitDirty());
  }

  /** A waiting run has no provenance, but its home may be known. */
  private static void writeHost(JsonGenerator json, Run run, @Nullable UnseenHost unseen)
      throws IOException {
    Provenance known = run.provenance();
    json.writeStringField(
        "host", known != null ? known.host() : unseen != null ? unseen.name() : null);
    json.writeStringField(
        "host_last_seen", unseen == null ? null : Timestamps.text(unseen.lastSeen()));
  }

  /** The fields that the user of a run set, and that do not influence it. */
  private static void writeDescription(JsonGenerator json, RunSpec spec) throws IOException {
    RunDescription description = spec.description();
    json.writeStringField("name", description.name());
    writeTexts(json, "tags", description.tags());
    json.writeStringField("note", description.note());
    writeParent(json, spec);
  }

  private static void writeTexts(JsonGenerator json, String name, Map<String, String> texts)
      throws IOException {
    json.writeObjectFieldStart(name);
    for (Map.Entry<String, String> text : texts.entrySet()) {
      json.writeStringField(text.getKey(), text.getValue());
    }
    json.writeEndObject();
  }

  /** Writes the object of a list of hosts. */
  public static void writeHosts(JsonGenerator json, List<KnownHost> hosts) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("data");
    for (KnownHost host : hosts) {
      writeHost(json, host);
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /**
   * Writes the object of a host: when it was last seen, its homes, the numbers of its active runs,
   * and its last retirement, null if there is none.
   */
  public static void writeHost(JsonGenerator json, KnownHost host) throws IOException {
    json.writeStartObject();
    json.writeStringField("host", host.name());
    json.writeStringField("last_seen", host.lastSeen().map(Timestamps::text).orElse(null));
    json.writePOJOField("last_seen_age_seconds", seconds(host.age().orElse(null)));
    json.writeBooleanField("seen", host.isSeen());
    json.writeArrayFieldStart("homes");
    for (SeenHome seen : host.homes()) {
      json.writeStartObject();
      json.writeStringField("home_id", seen.home().id().toString());
      json.writeStringField("registry_version", seen.home().registryVersion());
      json.writeStringField("last_seen", Timestamps.text(seen.lastSeen()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeObjectFieldStart("active");
    json.writeNumberField(RunStatus.PENDING.text(), host.pending());
    json.writeNumberField(RunStatus.RUNNING.text(), host.running());
    json.writeEndObject();
    json.writeBooleanField("retired", host.isRetired());
    json.writeFieldName("retirement");
    HostRetirement last = host.retirement();
    if (last == null) {
      json.writeNull();
    } else {
      json.writeStartObject();
      json.writeStringField("user", last.user());
      json.writeStringField("retired_at", Timestamps.text(last.at()));
      json.writeStringField("reason", last.reason());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  /** Writes the object of the status of a run; {@code started_at} is null while it is pending. */
  public static void writeStatus(JsonGenerator json, Run run) throws IOException {
    boolean isPending = run.status() == RunStatus.PENDING;
    json.writeStartObject();
    json.writeStringField("run_id", run.id().toString());
    json.writeStringField("status", run.status().text());
    json.writeStringField("queued_at", Timestamps.text(run.createdAt()));
    json.writeStringField("started_at", isPending ? null : Timestamps.text(run.startedAt()));
    json.writeStringField(
        "completed_at", run.completedAt() == null ? null : Timestamps.text(run.completedAt()));
    json.writePOJOField("exit_code", run.exitCode());
    json.writeEndObject();
  }

  /**
   * Writes the object of a run, with more fields after those of the contract: {@code provenance},
   * the command, its environment, which the HTTP API does not publish, and its host, null if
   * unknown; {@code command}, null for a dry-run; {@code training}, null for a command of the
   * user's own; and {@code time_limit_seconds}, null if there is none.
   *
   * @param unseen its host if it is an active run whose host is not seen; else null
   * @param pendingReason why its engine has not started it yet; null if that is not known
   */
  public static void writeRunWithProvenance(
      JsonGenerator json, Run run, @Nullable UnseenHost unseen, @Nullable String pendingReason)
      throws IOException {
    json.writeStartObject();
    writeFieldsWithProvenance(json, run, unseen, pendingReason);
    json.writeEndObject();
  }

  /** Writes the fields of {@link #writeRunWithProvenance} into an object. */
  public static void writeFieldsWithProvenance(
      JsonGenerator json, Run run, @Nullable UnseenHost unseen, @Nullable String pendingReason)
      throws IOException {
    writeFields(json, run, message(run, false));
    writeHost(json, run, unseen);
    json.writeStringField("pending_reason", pendingReason);
    writeDescription(json, run.spec());
    json.writeFieldName("provenance");
    if (run.provenance() == null) {
      json.writeNull();
    } else {
      write(json, run.provenance(), run.spec().command());
    }
    writeCommand(json, run.spec().command());
    writeTraining(json, run.spec().training());
    json.writePOJOField("time_limit_seconds", seconds(run.spec().timeLimit()));
  }

  private static void writeCommand(JsonGenerator json, List<String> command) throws IOException {
    json.writeFieldName("command");
    if (command.isEmpty()) {
      json.writeNull();
    } else {
      writeWords(json, command);
    }
  }

  private static void writeTraining(JsonGenerator json, @Nullable TrainingConfig training)
      throws IOException {
    json.writeFieldName("training");
    if (training == null) {
      json.writeNull();
    } else {
      json.writeStartObject();
      writeParameters(json, training);
      json.writeEndObject();
    }
  }

  private static void writeParent(JsonGenerator json, RunSpec spec) throws IOException {
    json.writeStringField("parent_run_id", spec.parent() == null ? null : spec.parent().toString());
  }

  private static void write(JsonGenerator json, Provenance known, List<String> command)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("host", known.host());
    json.writeStringField("user", known.user());
    json.writeStringField("working_dir", known.workingDirectory());
    json.writeFieldName("command");
    writeWords(json, command);
    json.writeStringField("registry_version", known.registryVersion());
    json.writeStringField("git_commit", known.gitCommit());
    json.writePOJOField("git_dirty", known.gitDirty());
    writeTexts(json, "environment", known.environment());
    json.writeEndObject();
  }

  private static void writeFields(JsonGenerator json, Run run, String message) throws IOException {
    json.writeStringField("run_id", run.id().toString());
    json.writeStringField("status", run.status().text());
    json.writeStringField("mode", run.spec().mode().text());
    json.writeStringField("dataset_key", run.spec().datasetKey().value());
    json.writeStringField("model_id", run.spec().modelId());
    json.writeStringField("output_dir", run.spec().outputDir());
    json.writePOJOField("exit_code", run.exitCode());
    json.writeStringField("stdout", run.output().stdout().text());
    json.writeStringField("stderr", run.output().stderr().text());
    json.writePOJOField("duration_seconds", seconds(run.duration().orElse(null)));
    json.writeStringField("started_at", Timestamps.text(run.startedAt()));
    json.writeStringField(
        "completed_at", run.completedAt() == null ? null : Timestamps.text(run.completedAt()));
    json.writeStringField("message", message);
    json.writeStringField("reason", run.reason() == null ? null : run.reason().text());
    json.writeStringField("executor", run.executor());
    json.writeStringField("external_id", run.externalId());
  }

  /** Returns the message of the HTTP contract for an active run, the recorded one for others. */
  private static String message(Run run, boolean isCancelRequested) {
    return message(run.status(), run.spec().mode(), run.message(), isCancelRequested);
  }

  private static String message(
      RunStatus status, RunMode kind, String recorded, boolean isCancelRequested) {
    String mode = kind == RunMode.DRY_RUN ? "Dry-run" : "Local";
    return switch (status) {
      case PENDING -> mode + " execution pending";
      case RUNNING ->
          mode
              + (isCancelRequested
                  ? " execution cancellation requested"
                  : " execution in progress");
      case COMPLETED, FAILED, TIMEOUT, CANCELLED -> recorded;
    };
  }

  /**
   * Writes the object of the requested parameters of a run, without its command. The values of a
   * training are null for a custom command, {@code parent_run_id} for a run that repeats no other.
   */
  public static void writeConfig(JsonGenerator json, RunSpec spec) throws IOException {
    json.writeStartObject();
    writeParameters(json, spec.training());
    json.writePOJOField("time_limit_seconds", seconds(spec.timeLimit()));
    writeParent(json, spec);
    json.writeEndObject();
  }

  private static void writeParameters(JsonGenerator json, @Nullable TrainingConfig known)
      throws IOException {
    json.writePOJOField("learning_rate", known == null ? null : known.learningRate());
    json.writePOJOField("num_epochs", known == null ? null : known.numEpochs());
    json.writePOJOField("batch_size", known == null ? null : known.batchSize());
    json.writePOJOField("max_seq_length", known == null ? null : known.maxSeqLength());
    json.writePOJOField("weight_decay", known == null ? null : known.weightDecay());
    json.writeStringField(
        "device", known == null || known.device() == null ? null : known.device().text());
  }

  /**
   * Writes the object of the page that answers the query.
   *
   * @param withCommands whether each run has its command; else null
   */
  public static void writePage(
      JsonGenerator json, RunPage page, RunQuery query, boolean withCommands) throws IOException {
    json.writeStartObject();
    json.writeArrayFieldStart("data");
    for (RunSummary run : page.runs()) {
      writeItem(json, run, withCommands);
    }
    json.writeEndArray();
    json.writeObjectFieldStart("pagination");
    json.writeNumberField("limit", query.limit());
    json.writeNumberField("offset", query.offset());
    json.writePOJOField("next_offset", page.hasNext() ? query.offset() + query.limit() : null);
    json.writeEndObject();
    json.writeEndObject();
  }

  /**
   * Writes the object of a histogram: the number of all runs, whether these are all that meet the
   * filter, the name of the time zone, and of each day with runs the numbers of all statuses.
   */
  public static void writeHistogram(JsonGenerator json, RunHistogram histogram, String timeZone)
      throws IOException {
    json.writeStartObject();
    json.writeNumberField("count", histogram.count());
    json.writeBooleanField("complete", histogram.isComplete());
    json.writeStringField("time_zone", timeZone);
    json.writeArrayFieldStart("days");
    for (Map.Entry<LocalDate, Map<RunStatus, Integer>> day : histogram.days().entrySet()) {
      json.writeStartObject();
      json.writeStringField("date", day.getKey().toString());
      for (RunStatus status : RunStatus.values()) {
        json.writeNumberField(status.text(), day.getValue().getOrDefault(status, 0));
      }
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /**
   * Writes the object of a comparison: the ids of both runs, the fields that differ and the metrics
   * side by side, with the value of each run, null if it has none.
   */
  public static void writeComparison(
      JsonGenerator json,
      RunId one,
      RunId other,
      List<RunDifference> differences,
      List<RunDifference> metrics)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("run_a", one.toString());
    json.writeStringField("run_b", other.toString());
    json.writeArrayFieldStart("differences");
    for (RunDifference difference : differences) {
      write(json, difference, difference.field().replace(' ', '_'));
    }
    json.writeEndArray();
    json.writeArrayFieldStart("metrics");
    for (RunDifference metric : metrics) {
      write(json, metric, metric.field());
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, RunDifference difference, String field)
      throws IOException {
    json.writeStartObject();
    json.writeStringField("field", field);
    json.writeStringField("a", difference.one());
    json.writeStringField("b", difference.other());
    json.writeEndObject();
  }

  /** Writes the object of a run in a list, and last its {@code command}, null for a dry-run. */
  public static void writeItemWithCommand(JsonGenerator json, RunSummary run) throws IOException {
    writeItem(json, run, true);
  }

  private static void writeItem(JsonGenerator json, RunSummary run, boolean withCommand)
      throws IOException {
    json.writeStartObject();
    writeFields(json, run);
    writeCommand(json, withCommand ? run.command() : List.of());
    json.writeEndObject();
  }

  private static void writeWords(JsonGenerator json, List<String> words) throws IOException {
    json.writeStartArray();
    for (String word : words) {
      json.writeString(word);
    }
    json.writeEndArray();
  }

  private static void writeFields(JsonGenerator json, RunSummary run) throws IOException {
    json.writeStringField("run_id", run.id().toString());
    json.writeStringField("dataset_key", run.datasetKey().value());
    json.writeStringField("model_id", run.modelId());
    json.writeStringField("mode", run.mode().text());
    json.writeStringField("status", run.status().text());
    json.writeStringField("started_at", Timestamps.text(run.startedAt()));
    json.writePOJOField("duration_seconds", seconds(run.duration()));
    json.writePOJOField("exit_code", run.exitCode());
    json.writeStringField("message", message(run.status(), run.mode(), run.message(), false));
    json.writeStringField("reason", run.reason() == null ? null : run.reason().text());
    json.writeStringField("host", run.host());
    json.writeStringField("executor", run.executor());
    json.writeStringField("name", run.name());
    writeTexts(json, "tags", run.tags());
  }

  /**
   * Returns exact seconds, null for null: a record has no fractions of a microsecond. Never has an
   * exponent.
   */
  public static @Nullable BigDecimal seconds(@Nullable Duration duration) {
    return duration == null
        ? null
        : BigDecimal.valueOf(TimeUnit.NANOSECONDS.toMicros(duration.toNanos()), 6);
  }
}
