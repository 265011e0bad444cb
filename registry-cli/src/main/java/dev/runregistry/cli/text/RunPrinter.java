package dev.runregistry.cli.text;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.host.UnseenHost;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A run for people: what was asked for, how it ended, what it printed. */
public final class RunPrinter {
  private final ZoneId zone;
  private final OutputText output;

  public RunPrinter(ZoneId zone, OutputText output) {
    this.zone = zone;
    this.output = output;
  }

  /** Several lines; the output comes last. */
  public String of(Run run) {
    return of(run, Optional.empty(), null);
  }

  /**
   * Returns the same of a run that may be active.
   *
   * @param pendingReason why it waits in the queue of an engine, in the words of the engine; empty
   *     if it does not, or unknown
   * @param unseen its host if it is an active run whose host is not seen; else null
   */
  public String of(Run run, Optional<String> pendingReason, @Nullable UnseenHost unseen) {
    StringBuilder text = new StringBuilder();
    RunSpec spec = run.spec();
    add(text, "run", run.id().toString());
    addDescription(text, spec.description());
    add(text, "status", run.status().text());
    add(text, "message", run.message());
    pendingReason.ifPresent(reason -> add(text, "waits for", reason));
    if (run.reason() != null) {
      add(text, "reason", run.reason().text());
    }
    add(text, "mode", spec.mode().text());
    add(text, "dataset", spec.datasetKey().value());
    add(text, "model", spec.modelId());
    if (!spec.command().isEmpty()) {
      add(text, "command", CommandLineFormat.of(spec.command()));
    }
    add(text, "exit code", Objects.toString(run.exitCode(), "-"));
    add(text, "started", time(run.startedAt()));
    add(text, "completed", time(run.completedAt()));
    add(text, "duration", run.duration().map(Durations::of).orElse("-"));
    add(text, "time limit", spec.timeLimit() == null ? "-" : Durations.of(spec.timeLimit()));
    if (spec.outputDir() != null) {
      add(text, "output dir", spec.outputDir());
    }
    if (spec.training() != null) {
      add(text, "training", training(spec.training()));
    }
    if (spec.parent() != null) {
      add(text, "parent", spec.parent().toString());
    }
    add(text, "executor", Objects.toString(run.executor(), "-"));
    if (run.externalId() != null) {
      add(text, "job", run.externalId());
    }
    addProvenance(text, run.provenance());
    if (unseen != null) {
      add(text, "not seen", unseen.name() + " was last seen " + time(unseen.lastSeen()));
    }
    addFiles(text, output.files(run.id()));
    return text.append(output.of(run)).toString();
  }

  private static void addDescription(StringBuilder text, RunDescription description) {
    if (description.name() != null) {
      add(text, "name", description.name());
    }
    description.tags().forEach((key, value) -> add(text, "tag", key + "=" + value));
    if (description.note() != null) {
      List<String> lines = description.note().lines().toList();
      for (int i = 0; i < lines.size(); i++) {
        add(text, i == 0 ? "note" : "", lines.get(i));
      }
    }
  }

  private static void addProvenance(StringBuilder text, @Nullable Provenance known) {
    if (known == null) { // from before it was noted
      return;
    }
    add(text, "host", known.host());
    add(text, "user", Objects.toString(known.user(), "-"));
    add(text, "work dir", known.workingDirectory());
    add(text, "git", git(known));
    add(text, "registry", known.registryVersion());
    known.environment().forEach((name, value) -> add(text, "variable", name + "=" + value));
  }

  private static void addFiles(StringBuilder text, RunFiles files) {
    files.pid().ifPresent(pid -> add(text, "pid", String.valueOf(pid)));
    files.directory().ifPresent(directory -> add(text, "run dir", directory.toString()));
    for (LogStream stream : LogStream.values()) {
      Path log = files.logs().get(stream);
      if (log != null) {
        add(text, stream.text() + " log", log.toString());
      }
    }
  }

  private static String git(Provenance known) {
    if (known.gitCommit() == null) {
      return "-";
    }
    Boolean dirty = known.gitDirty();
    return known.gitCommit()
        + (dirty == null ? ", changes unknown" : dirty ? ", with changes" : ", no changes");
  }

  private String time(@Nullable Instant at) {
    return at == null ? "-" : LocalTimes.withOffset(at, zone);
  }

  private static String training(TrainingConfig config) {
    return "learning rate %s, epochs %d, batch size %d, sequence length %d"
            .formatted(
                config.learningRateText(),
                config.numEpochs(),
                config.batchSize(),
                config.maxSeqLength())
        + (config.weightDecay() == null ? "" : ", weight decay " + config.weightDecay())
        + (config.device() == null ? "" : ", device " + config.device().text());
  }

  private static void add(StringBuilder text, String name, String value) {
    text.append("%-10s  %s\n".formatted(name, TerminalText.line(value)));
  }
}
