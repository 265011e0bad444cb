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
import java.util.List;
import java.util.Set;

/** The options of {@code registry run} that are no settings, in the order of its help. */
public enum RunOption {
  DATASET(
      text("KEY", "The data set, or a label for a command (default: none).", "-d", "--dataset")),
  MODEL(text("MODEL", "The model, or a label (default: none).", "-m", "--model")),
  NAME(
      text(
          "NAME", "A name for the run, shown in lists; several runs may have the same.", "--name")),
  TAG(
      texts(
          "KEY=VALUE",
          "A tag, by which lists find the run; repeatable, at most "
              + RunDescription.MAX_TAGS
              + ".",
          "--tag")),
  NOTE(text("TEXT", "A note about the run, which may have several lines.", "--note")),
  PARENT(
      text("ID", "The run that this one follows: its id, or as for 'registry show'.", "--parent")),
  LOCAL(flag("Train: check the data set, then start the configured command on it.", "--local")),
  TIMEOUT(
      text(
          "TIME",
          "End the run after that time: 10s, 5m, 1h30m, 2d; a number alone is seconds"
              + " (default: never).",
          "--timeout")),
  KILL_AFTER(
      text("TIME", "Grace period between SIGTERM and SIGKILL (default: 10s).", "--kill-after")),
  KEEP_CHILDREN(
      flag(
          "Leave alone what the command leaves behind, such as a server that it started.",
          "--keep-children")),
  JSON(
      flag(
          "Print the finished run as one JSON document; what the command prints goes to stderr.",
          "--json")),
  ID_FILE(text("FILE", "Write the id of the run to FILE before the command starts.", "--id-file")),
  JSON_FILE(text("FILE", "Write the finished run to FILE as one JSON document.", "--json-file")),
  QUIET(flag("Say nothing about the run itself.", "-q", "--quiet")),
  OUTPUT_DIR(text("DIR", "Where the training puts its results.", "--output-dir")),
  LEARNING_RATE(
      OptionDefinition.of(
          Double.class,
          "RATE",
          "Above 0, at most " + TrainingConfig.MAX_LEARNING_RATE + " (default: 2e-5).",
          "--learning-rate")),
  WEIGHT_DECAY(
      OptionDefinition.of(
          Double.class,
          "DECAY",
          "0 to "
              + TrainingConfig.MAX_WEIGHT_DECAY
              + (" (default: " + TrainingConfig.DEFAULT_WEIGHT_DECAY + ")."),
          "--weight-decay")),
  EPOCHS(
      OptionDefinition.of(
          Integer.class,
          "N",
          (TrainingConfig.MIN_NUM_EPOCHS + " to " + TrainingConfig.MAX_NUM_EPOCHS)
              + (" (default: " + TrainingConfig.DEFAULT_NUM_EPOCHS + ")."),
          "--epochs")),
  BATCH_SIZE(
      OptionDefinition.of(
          Integer.class,
          "N",
          (TrainingConfig.MIN_BATCH_SIZE + " to " + TrainingConfig.MAX_BATCH_SIZE)
              + (" (default: " + TrainingConfig.DEFAULT_BATCH_SIZE + ")."),
          "--batch-size")),
  SEQ_LENGTH(
      OptionDefinition.of(
          Integer.class,
          "N",
          (TrainingConfig.MIN_SEQ_LENGTH + " to " + TrainingConfig.MAX_SEQ_LENGTH)
              + (" (default: " + TrainingConfig.DEFAULT_SEQ_LENGTH + ")."),
          "--max-seq-length")),
  DEVICE(text("DEVICE", "auto, cpu or cuda (default: auto).", "--device"));

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
    for (RunOption option : values()) {
      all.add(option.definition);
    }
    for (Setting setting : settings()) {
      all.add(setting.option());
    }
    all.add(Setting.CONFIG);
    all.add(Setting.VERBOSE);
    return all;
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
