package dev.runregistry.journal;

import static java.util.Objects.requireNonNull;

import dev.runregistry.internal.files.BoundedJson;
import dev.runregistry.internal.host.OwnerIdentity;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
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
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueuedRun;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads the files that {@link RunJson} writes; unknown fields are skipped. */
final class RunJsonReader {
  private final Map<String, @Nullable Object> note;

  private RunJsonReader(Map<String, @Nullable Object> note) {
    this.note = note;
  }

  /** Reads a file whose format is at least the first and at most that. */
  static RunJsonReader of(byte[] json, int maxFormat) throws IOException {
    RunJsonReader reader = new RunJsonReader(BoundedJson.object(json));
    long format = reader.number("format");
    if (format < RunJson.FORMAT || format > maxFormat) {
      throw new IOException("the journal file has format " + format + ", unknown here");
    }
    return reader;
  }

  JournaledStart startedRun() {
    return new JournaledStart(
        run(), textOrNull("executor"), OwnerIdentity.of(within("runner").note), database());
  }

  /** Returns the waiting run; its database is that which it is going to be recorded in. */
  QueuedRun queuedRun() {
    return new QueuedRun(
        run(),
        within("invocation").invocation(),
        (Boolean) present("dataset_used"),
        new QueueOptions(
            Math.toIntExact(number("priority")),
            Math.toIntExact(number("gpus")),
            textOrNull("executor")),
        database(),
        (Boolean) present("keyed"));
  }

  private Invocation invocation() {
    return new Invocation(
        words("command"),
        texts("environment"),
        textOrNull("working_dir"),
        (Boolean) present("inherits_environment"),
        invocationOptions());
  }

  private Invocation.Options invocationOptions() {
    Long grace = numberOrNull("kill_grace_ms");
    return new Invocation.Options(
        grace == null ? null : Duration.ofMillis(grace),
        textOrNull("stop_signal"),
        Boolean.TRUE.equals(note.get("keep_children")),
        numberOrNull("log_limit"),
        note.containsKey("recorded_variables") ? words("recorded_variables") : null,
        note.containsKey("engine_options") ? words("engine_options") : null);
  }

  private Map<String, String> texts(String name) {
    Map<String, String> texts = new HashMap<>();
    within(name).note.forEach((key, value) -> texts.put(key, (String) value));
    return texts;
  }

  /** Returns the database; unknown in files of versions that did not write it. */
  DatabaseIdentity database() {
    String address = textOrNull("database");
    return new DatabaseIdentity(
        address == null ? "" : address,
        Optional.ofNullable(textOrNull("database_uuid")).map(UUID::fromString));
  }

  CancelRequest cancelRequest() {
    return new CancelRequest(text("user"), Timestamps.ofMicros(number("at_us")));
  }

  Run run() {
    RunJsonReader run = within("run");
    Long completedAt = run.numberOrNull("completed_at_us");
    Long exitCode = run.numberOrNull("exit_code");
    String reason = run.textOrNull("reason");
    return new Run(
        RunId.parse(run.text("run_id")),
        run.within("spec").spec(),
        RunStatus.parse(run.text("status")),
        run.textOrNull("executor"),
        run.textOrNull("external_id"),
        Timestamps.ofMicros(run.number("created_at_us")),
        Timestamps.ofMicros(run.number("started_at_us")),
        completedAt == null ? null : Timestamps.ofMicros(completedAt),
        exitCode == null ? null : Math.toIntExact(exitCode),
        reason == null ? null : RunReason.parse(reason),
        new Output(new OutputExcerpt(run.text("stdout")), new OutputExcerpt(run.text("stderr"))),
        run.text("message"),
        run.note.get("provenance") == null ? null : run.within("provenance").provenance());
  }

  private Provenance provenance() {
    return new Provenance(
        text("host"),
        textOrNull("user"),
        text("working_dir"),
        text("registry_version"),
        textOrNull("git_commit"),
        (Boolean) note.get("git_dirty"),
        texts("environment"));
  }

  private RunSpec spec() {
    Long limit = numberOrNull("time_limit_ms");
    String parent = textOrNull("parent_run_id");
    return new RunSpec(
        new DatasetKey(text("dataset_key")),
        text("model_id"),
        RunMode.parse(text("mode")),
        textOrNull("output_dir"),
        note.containsKey("learning_rate") ? training() : null,
        words("command"),
        limit == null ? null : Duration.ofMillis(limit),
        parent == null ? null : RunId.parse(parent),
        note.containsKey("description")
            ? within("description").description()
            : RunDescription.NONE);
  }

  private RunDescription description() {
    return new RunDescription(textOrNull("name"), texts("tags"), textOrNull("note"));
  }

  private TrainingConfig training() {
    Number decay = (Number) note.get("weight_decay");
    String device = textOrNull("device");
    return new TrainingConfig(
        ((Number) present("learning_rate")).doubleValue(),
        decay == null ? null : decay.doubleValue(),
        Math.toIntExact(number("num_epochs")),
        Math.toIntExact(number("batch_size")),
        Math.toIntExact(number("max_seq_length")),
        device == null ? null : TrainingDevice.parse(device));
  }

  private RunJsonReader within(String name) {
    Map<String, @Nullable Object> inner = new HashMap<>();
    ((Map<?, ?>) present(name)).forEach((key, value) -> inner.put((String) key, value));
    return new RunJsonReader(inner);
  }

  List<String> words(String name) {
    return ((List<?>) present(name)).stream().map(String.class::cast).toList();
  }

  private String text(String name) {
    return (String) present(name);
  }

  private @Nullable String textOrNull(String name) {
    return (String) note.get(name);
  }

  private long number(String name) {
    return (Long) present(name);
  }

  private @Nullable Long numberOrNull(String name) {
    return (Long) note.get(name);
  }

  private Object present(String name) {
    return requireNonNull(note.get(name), name);
  }
}
