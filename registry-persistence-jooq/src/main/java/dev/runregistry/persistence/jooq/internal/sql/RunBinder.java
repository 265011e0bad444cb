package dev.runregistry.persistence.jooq.internal.sql;

import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Maps a run to the values of its row, by the name of the column; see {@link RunUpsert}. */
public final class RunBinder {
  private RunBinder() {}

  /** Returns all columns, for every run in the same order. */
  public static Map<String, @Nullable Object> of(Run run) {
    Map<String, @Nullable Object> values = new LinkedHashMap<>();
    values.put("run_id", run.id().value());
    values.put("status", run.status().text());
    values.put("executor", run.executor());
    values.put("external_id", run.externalId());
    values.put("created_at", run.createdAt());
    values.put("started_at", run.startedAt());
    values.put("completed_at", run.completedAt());
    values.put("duration_seconds", run.duration().map(RunBinder::seconds).orElse(null));
    values.put("exit_code", run.exitCode());
    values.put("reason", run.reason() == null ? null : run.reason().text());
    values.put("stdout", run.output().stdout().text());
    values.put("stderr", run.output().stderr().text());
    values.put("message", run.message());
    put(values, run.spec());
    put(values, run.provenance());
    return values;
  }

  private static void put(Map<String, @Nullable Object> values, RunSpec spec) {
    List<String> command = spec.command();
    Duration timeLimit = spec.timeLimit();
    values.put("dataset_key", spec.datasetKey().value());
    values.put("model_id", spec.modelId());
    values.put("mode", spec.mode().text());
    values.put("output_dir", spec.outputDir());
    put(values, spec.training());
    values.put("command", command.isEmpty() ? null : CommandJson.write(command));
    values.put("time_limit_ms", timeLimit == null ? null : timeLimit.toMillis());
    values.put("parent_run_id", spec.parent() == null ? null : spec.parent().value());
    put(values, spec.description());
  }

  private static void put(Map<String, @Nullable Object> values, RunDescription description) {
    Map<String, String> tags = description.tags();
    values.put("name", description.name());
    values.put("tags", tags.isEmpty() ? null : TextMapJson.write(tags));
    values.put("note", description.note());
  }

  private static void put(Map<String, @Nullable Object> values, @Nullable TrainingConfig known) {
    TrainingDevice device = known == null ? null : known.device();
    values.put("learning_rate", known == null ? null : known.learningRate());
    values.put("weight_decay", known == null ? null : known.weightDecay());
    values.put("num_epochs", known == null ? null : known.numEpochs());
    values.put("batch_size", known == null ? null : known.batchSize());
    values.put("max_seq_length", known == null ? null : known.maxSeqLength());
    values.put("device", device == null ? null : device.text());
  }

  private static void put(Map<String, @Nullable Object> values, @Nullable Provenance known) {
    values.put("host", known == null ? null : known.host());
    values.put("user_name", known == null ? null : known.user());
    values.put("working_dir", known == null ? null : known.workingDirectory());
    values.put("registry_version", known == null ? null : known.registryVersion());
    values.put("git_commit", known == null ? null : known.gitCommit());
    values.put("git_dirty", known == null ? null : known.gitDirty());
    values.put("environment", known == null ? null : TextMapJson.write(known.environment()));
  }

  private static double seconds(Duration duration) {
    return duration.getSeconds() + duration.getNano() / 1e9;
  }
}
