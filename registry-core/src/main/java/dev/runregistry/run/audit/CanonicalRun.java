package dev.runregistry.run.audit;

import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a run from which its digest is computed, the same for every database. Contains every
 * recorded field; derived values such as the duration are left out.
 *
 * <p>The first line names the version, as in {@code run-registry run 2}; the fields follow as in
 * {@link CanonicalForm}. The variables of the environment and the tags are lists of alternating
 * names and values, ordered by name. As every length is included, no two runs have the same bytes.
 *
 * <ul>
 *   <li>Integers are decimal; a time limit is in milliseconds.
 *   <li>Instants are microseconds since 1970 in UTC, the precision of every database.
 *   <li>The learning rate and the weight decay are the 16 hexadecimal digits of their IEEE 754
 *       bits: decimal digits would depend on the formatter.
 * </ul>
 *
 * <p>A version never changes. A new field of runs makes a new version, and a digest recorded under
 * an old version is verified with that version. Version 2 added {@code reason}, {@code
 * weight_decay} and {@code device}, version 3 {@code parent_run_id}, version 4 {@code name}, {@code
 * tags} and {@code note}; an earlier version has the line of such a field only for a value, so that
 * none can be inserted into a run that was recorded without.
 */
public final class CanonicalRun {
  /** The version for runs recorded now. */
  public static final int CURRENT_VERSION = 4;

  private static final int FIRST_VERSION = 1;

  private final CanonicalForm form;
  private final int version;

  private CanonicalRun(int version) {
    this.version = version;
    form = new CanonicalForm("run-registry run " + version);
  }

  /**
   * Returns the digest of a run.
   *
   * @param version 1 to {@value #CURRENT_VERSION}
   * @throws IllegalArgumentException if there is no such version
   */
  public static Digest digest(Run run, int version) {
    return Digest.of(bytes(run, version));
  }

  static byte[] bytes(Run run, int version) {
    if (version < FIRST_VERSION || version > CURRENT_VERSION) {
      throw new IllegalArgumentException(
          "version %d is not known, only %d to %d"
              .formatted(version, FIRST_VERSION, CURRENT_VERSION));
    }
    CanonicalRun canonical = new CanonicalRun(version);
    canonical.put(run);
    canonical.put(run.spec());
    canonical.put(run.provenance());
    canonical.form.field("stdout", run.output().stdout().text());
    canonical.form.field("stderr", run.output().stderr().text());
    return canonical.form.bytes();
  }

  private void put(Run run) {
    form.field("run_id", run.id().toString());
    form.field("status", run.status().text());
    form.field("executor", run.executor());
    form.field("external_id", run.externalId());
    form.field("created_at", micros(run.createdAt()));
    form.field("started_at", micros(run.startedAt()));
    form.field("completed_at", micros(run.completedAt()));
    form.field("exit_code", run.exitCode() == null ? null : run.exitCode().toString());
    fieldSince(2, "reason", run.reason() == null ? null : run.reason().text());
    form.field("message", run.message());
  }

  private void put(RunSpec spec) {
    form.field("dataset_key", spec.datasetKey().value());
    form.field("model_id", spec.modelId());
    form.field("mode", spec.mode().text());
    form.field("output_dir", spec.outputDir());
    put(spec.training());
    form.list("command", spec.command());
    Duration limit = spec.timeLimit();
    form.field("time_limit_ms", limit == null ? null : String.valueOf(limit.toMillis()));
    RunId parent = spec.parent();
    fieldSince(3, "parent_run_id", parent == null ? null : parent.toString());
    put(spec.description());
  }

  private void put(RunDescription description) {
    fieldSince(4, "name", description.name());
    if (version >= 4 || !description.tags().isEmpty()) {
      form.list("tags", inPairs(description.tags()));
    }
    fieldSince(4, "note", description.note());
  }

  private void put(@Nullable TrainingConfig training) {
    form.field("learning_rate", training == null ? null : bits(training.learningRate()));
    Double decay = training == null ? null : training.weightDecay();
    fieldSince(2, "weight_decay", decay == null ? null : bits(decay));
    form.field("num_epochs", training == null ? null : String.valueOf(training.numEpochs()));
    form.field("batch_size", training == null ? null : String.valueOf(training.batchSize()));
    form.field("max_seq_length", training == null ? null : String.valueOf(training.maxSeqLength()));
    TrainingDevice device = training == null ? null : training.device();
    fieldSince(2, "device", device == null ? null : device.text());
  }

  private static String bits(double value) {
    String bits = Long.toHexString(Double.doubleToLongBits(value));
    return "0".repeat(16 - bits.length()) + bits;
  }

  /** The first line states whether the others follow. */
  private void put(@Nullable Provenance provenance) {
    form.field("provenance", provenance == null ? null : "known");
    if (provenance != null) {
      form.field("host", provenance.host());
      form.field("user", provenance.user());
      form.field("working_dir", provenance.workingDirectory());
      form.field("registry_version", provenance.registryVersion());
      form.field("git_commit", provenance.gitCommit());
      form.field(
          "git_dirty", provenance.gitDirty() == null ? null : provenance.gitDirty().toString());
      form.list("environment", inPairs(provenance.environment()));
    }
  }

  private static List<String> inPairs(Map<String, String> values) {
    return values.entrySet().stream()
        .flatMap(value -> Stream.of(value.getKey(), value.getValue()))
        .toList();
  }

  private static @Nullable String micros(@Nullable Instant at) {
    return at == null ? null : String.valueOf(Timestamps.toMicros(at));
  }

  private void fieldSince(int first, String name, @Nullable String value) {
    if (version >= first || value != null) {
      form.field(name, value);
    }
  }
}
