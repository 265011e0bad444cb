package dev.runregistry.run.compare;

import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.text.ShellWords;
import dev.runregistry.run.text.ShortDuration;
import dev.runregistry.run.text.StatusWord;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What differs between two runs, of all that determines a result or is one. */
public final class RunDifferences {
  /** The field of the command. */
  public static final String COMMAND = "command";

  private final Run one;
  private final Run other;
  private final List<RunDifference> differences = new ArrayList<>();

  private RunDifferences(Run one, Run other) {
    this.one = one;
    this.other = other;
  }

  /** Returns the fields whose values differ: of the request, of its origin, of its outcome. */
  public static List<RunDifference> between(Run one, Run other) {
    RunDifferences all = new RunDifferences(one, other);
    all.addRequest();
    all.addOrigin();
    all.addOutcome();
    return List.copyOf(all.differences);
  }

  private void addRequest() {
    addDescription();
    add("mode", run -> run.spec().mode().text());
    add("dataset", run -> run.spec().datasetKey().value());
    add("model", run -> run.spec().modelId());
    add(COMMAND, run -> text(run.spec().command()));
    addParameter("learning rate", TrainingConfig::learningRateText);
    addParameter("weight decay", TrainingConfig::weightDecay);
    addParameter("epochs", TrainingConfig::numEpochs);
    addParameter("batch size", TrainingConfig::batchSize);
    addParameter("sequence length", TrainingConfig::maxSeqLength);
    addParameter("device", config -> config.device() == null ? null : config.device().text());
    add("time limit", run -> text(run.spec().timeLimit()));
    add("output dir", run -> run.spec().outputDir());
    add("executor", Run::executor);
  }

  private void addDescription() {
    add("name", run -> run.spec().description().name());
    SortedSet<String> keys = new TreeSet<>(one.spec().description().tags().keySet());
    keys.addAll(other.spec().description().tags().keySet());
    for (String key : keys) {
      add("tag " + key, run -> run.spec().description().tags().get(key));
    }
    add("note", run -> run.spec().description().note());
    add("parent", run -> run.spec().parent() == null ? null : run.spec().parent().toString());
  }

  private static @Nullable String text(List<String> command) {
    return command.isEmpty() ? null : ShellWords.join(command);
  }

  private static @Nullable String text(@Nullable Duration duration) {
    return duration == null ? null : ShortDuration.of(duration);
  }

  private void addParameter(String field, Function<TrainingConfig, @Nullable Object> value) {
    add(
        field,
        run -> {
          TrainingConfig config = run.spec().training();
          Object parameter = config == null ? null : value.apply(config);
          return parameter == null ? null : parameter.toString();
        });
  }

  private void addOrigin() {
    addOrigin("host", Provenance::host);
    addOrigin("user", Provenance::user);
    addOrigin("working dir", Provenance::workingDirectory);
    addOrigin("commit", Provenance::gitCommit);
    addOrigin("changes", RunDifferences::changes);
    addOrigin("registry", Provenance::registryVersion);
    SortedSet<String> names = new TreeSet<>();
    for (Run run : List.of(one, other)) {
      if (run.provenance() != null) {
        names.addAll(run.provenance().environment().keySet());
      }
    }
    for (String name : names) {
      addOrigin("variable " + name, known -> known.environment().get(name));
    }
  }

  private static @Nullable String changes(Provenance known) {
    Boolean dirty = known.gitDirty();
    return dirty == null ? null : dirty ? "not committed" : "none";
  }

  private void addOrigin(String field, Function<Provenance, @Nullable String> value) {
    add(field, run -> run.provenance() == null ? null : value.apply(run.provenance()));
  }

  private void addOutcome() {
    add("status", run -> StatusWord.of(run.status(), run.reason()));
    add("exit code", run -> run.exitCode() == null ? null : run.exitCode().toString());
    add("message", Run::message);
    add("duration", run -> run.duration().map(ShortDuration::of).orElse(null));
    add("stdout", run -> size(run.output().stdout().text()));
    add("stderr", run -> size(run.output().stderr().text()));
  }

  private static String size(String output) {
    long lines = output.lines().count();
    return lines == 0 ? "empty" : lines == 1 ? "1 line recorded" : lines + " lines recorded";
  }

  private void add(String field, Function<Run, @Nullable String> value) {
    String first = value.apply(one);
    String second = value.apply(other);
    if (!Objects.equals(first, second)) {
      differences.add(new RunDifference(field, first, second));
    }
  }
}
