package dev.runregistry.cli.run;

import static dev.runregistry.cli.config.OptionDefinition.flag;
import static dev.runregistry.cli.config.OptionDefinition.text;
import static dev.runregistry.cli.config.OptionDefinition.texts;

import dev.runregistry.cli.config.OptionDefinition;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Setting.Scope;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.TrainingConfig;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The options of {@code registry run} that are no settings, in the order of its help. */
public enum RunOption {
  DATASET(text("KEY", "Dataset key; with a command, a label (default: none).", "-d", "--dataset")),
  MODEL(text("MODEL", "Model, or a label (default: none).", "-m", "--model")),
  LOCAL(flag("Train: check the dataset, then start the configured command on it.", "--local")),
  NAME(text("NAME", "Name of the run, shown in lists; need not be unique.", "--name")),
  TAG(
      texts(
          "KEY=VALUE",
          "Tag, to filter lists by; repeatable, at most " + RunDescription.MAX_TAGS + ".",
          "--tag")),
  NOTE(text("TEXT", "Note about the run; may have several lines.", "--note")),
  PARENT(text("ID", "Run that this one follows: its ID, or as for 'registry show'.", "--parent")),
  TIMEOUT(
      text(
          "TIME",
          "Terminate the run after this time: 10s, 5m, 1h30m, 2d; a bare number is seconds"
              + " (default: never).",
          "-t",
          "--timeout")),
  SIGNAL(
      text(
          "SIGNAL",
          "Signal at the time limit or a cancellation, before SIGKILL: TERM, INT, HUP, USR1, USR2 or"
              + " KILL (default: TERM).",
          "-s",
          "--signal")),
  KILL_AFTER(
      text(
          "TIME",
          "Grace period between that signal and SIGKILL (default: 10s).",
          "-k",
          "--kill-after")),
  KEEP_CHILDREN(
      flag(
          "Do not terminate processes that the command leaves running, such as a server.",
          "--keep-children")),
  JSON(
      flag(
          "Print the finished run as one JSON document; the output of the command goes to stderr.",
          "--json")),
  ID_FILE(text("FILE", "Write the run ID to FILE before the command starts.", "--id-file")),
  JSON_FILE(text("FILE", "Write the finished run to FILE as one JSON document.", "--json-file")),
  QUIET(flag("Do not print the run summary.", "-q", "--quiet")),
  OUTPUT_DIR(text("DIR", "Output directory of the training.", "--output-dir")),
  LEARNING_RATE(
      OptionDefinition.of(
          Double.class,
          "RATE",
          "Learning rate: above 0, at most "
              + TrainingConfig.MAX_LEARNING_RATE
              + " (default: 2e-5).",
          "--learning-rate")),
  WEIGHT_DECAY(
      OptionDefinition.of(
          Double.class,
          "DECAY",
          "Weight decay: 0 to "
              + TrainingConfig.MAX_WEIGHT_DECAY
              + (" (default: " + TrainingConfig.DEFAULT_WEIGHT_DECAY + ")."),
          "--weight-decay")),
  EPOCHS(
      OptionDefinition.of(
          Integer.class,
          "N",
          ("Epochs: " + TrainingConfig.MIN_NUM_EPOCHS + " to " + TrainingConfig.MAX_NUM_EPOCHS)
              + (" (default: " + TrainingConfig.DEFAULT_NUM_EPOCHS + ")."),
          "--epochs")),
  BATCH_SIZE(
      OptionDefinition.of(
          Integer.class,
          "N",
          ("Batch size: " + TrainingConfig.MIN_BATCH_SIZE + " to " + TrainingConfig.MAX_BATCH_SIZE)
              + (" (default: " + TrainingConfig.DEFAULT_BATCH_SIZE + ")."),
          "--batch-size")),
  SEQ_LENGTH(
      OptionDefinition.of(
          Integer.class,
          "N",
          ("Maximum sequence length: "
                  + TrainingConfig.MIN_SEQ_LENGTH
                  + " to "
                  + TrainingConfig.MAX_SEQ_LENGTH)
              + (" (default: " + TrainingConfig.DEFAULT_SEQ_LENGTH + ")."),
          "--max-seq-length")),
  DEVICE(text("DEVICE", "Device: auto, cpu or cuda (default: auto).", "--device"));

  /** The options of a training; other commands ignore them. */
  static final Set<RunOption> OF_TRAINING = EnumSet.range(OUTPUT_DIR, DEVICE);

  @SuppressWarnings("ImmutableEnumChecker") // a record of immutable values
  private final OptionDefinition definition;

  RunOption(OptionDefinition definition) {
    this.definition = definition;
  }

  /** Returns all options of the command, those for settings included, in the order of its help. */
  public static List<OptionDefinition> all() {
    List<OptionDefinition> all = new ArrayList<>();
    groups().values().forEach(all::addAll);
    all.add(Setting.VERBOSE);
    return all;
  }

  /** Returns all options of the command but the general ones, by the headings of its help. */
  static Map<String, List<OptionDefinition>> groups() {
    Map<String, List<OptionDefinition>> groups = new LinkedHashMap<>();
    groups.put("What to run", between(DATASET, LOCAL));
    groups.put("Description", between(NAME, PARENT));
    groups.put("Limits", between(TIMEOUT, KEEP_CHILDREN));
    groups.put("Output", between(JSON, QUIET));
    groups.put("Training (--local)", between(OUTPUT_DIR, DEVICE));
    groups.put("Slurm (--executor slurm)", options(Setting.in(Scope.RUN)));
    List<OptionDefinition> recording = options(Setting.in(Scope.RUNS));
    recording.addAll(options(Setting.in(Scope.ALL)));
    recording.add(Setting.CONFIG);
    groups.put("Recording", recording);
    return groups;
  }

  private static List<OptionDefinition> between(RunOption first, RunOption last) {
    return EnumSet.range(first, last).stream().map(option -> option.definition).toList();
  }

  private static List<OptionDefinition> options(List<Setting> settings) {
    return settings.stream().map(Setting::option).collect(Collectors.toCollection(ArrayList::new));
  }

  /** Returns the settings that the command has options for. */
  static List<Setting> settings() {
    List<Setting> settings = new ArrayList<>(Setting.in(Scope.RUN, Scope.RUNS));
    settings.addAll(Setting.in(Scope.ALL));
    return settings;
  }

  /** Returns its longest name. */
  String option() {
    return definition.name();
  }
}
