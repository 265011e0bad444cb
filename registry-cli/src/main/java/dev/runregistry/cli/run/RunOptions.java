package dev.runregistry.cli.run;

import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.list.RunLookup;
import dev.runregistry.cli.options.OptionValues;
import dev.runregistry.cli.options.SettingsLoader;
import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.executor.process.ProcessSignal;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.RunDescription;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The values of the options of {@code registry run}. */
public final class RunOptions {
  private static final String NONE = "none";

  /** The signals that can terminate a run first. */
  public static final List<ProcessSignal> STOP_SIGNALS =
      List.of(
          ProcessSignal.TERM,
          ProcessSignal.INT,
          ProcessSignal.HUP,
          ProcessSignal.USR1,
          ProcessSignal.USR2,
          ProcessSignal.KILL);

  private final OptionValues parsed;

  public RunOptions(OptionValues parsed) {
    this.parsed = parsed;
  }

  public boolean isJson() {
    return has(RunOption.JSON);
  }

  public boolean isQuiet() {
    return has(RunOption.QUIET);
  }

  /** Returns the file that gets the id of the run before it starts. */
  public Optional<ResultFile> idFile() {
    return file(RunOption.ID_FILE);
  }

  /** Returns the file that gets the finished run. */
  public Optional<ResultFile> jsonFile() {
    return file(RunOption.JSON_FILE);
  }

  private Optional<ResultFile> file(RunOption option) {
    return Optional.ofNullable(text(option.option()))
        .map(file -> new ResultFile(option.option(), file));
  }

  /** Returns whether remaining processes of the command are not terminated. */
  public boolean keepsChildren() {
    return has(RunOption.KEEP_CHILDREN);
  }

  /** Returns the time between TERM and KILL. */
  public Duration killAfter() {
    return duration(RunOption.KILL_AFTER, "10s");
  }

  /**
   * Returns the signal that terminates the run first.
   *
   * @throws UsageException if there is no such signal, or it cannot be chosen
   */
  public ProcessSignal stopSignal() {
    String given = value(RunOption.SIGNAL, ProcessSignal.TERM.name());
    String name = given.toUpperCase(Locale.ROOT);
    String allowed = STOP_SIGNALS.stream().map(Enum::name).collect(Collectors.joining(", "));
    return STOP_SIGNALS.stream()
        .filter(signal -> name.equals(signal.name()) || name.equals("SIG" + signal))
        .findFirst()
        .orElseThrow(
            () ->
                new UsageException(
                    "no --signal \"%s\"; allowed are %s"
                        .formatted(TerminalText.line(given), allowed)));
  }

  /**
   * Checks the options of a job of Slurm.
   *
   * @throws UsageException if one applies to processes of this host only
   */
  void requireNoneOfProcesses() {
    if (keepsChildren()) {
      throw new UsageException(SlurmSettings.NO_CHILDREN);
    }
    if (has(RunOption.SIGNAL)) {
      throw new UsageException(SlurmSettings.NO_SIGNAL);
    }
  }

  /** Returns the options in which a run differs from others of its dispatcher. */
  public Invocation.Options invocationOptions(Settings settings) {
    SlurmSettings slurm = new SlurmSettings(settings);
    if (slurm.isChosen()) {
      requireNoneOfProcesses();
    }
    return new Invocation.Options(
        has(RunOption.KILL_AFTER) ? killAfter() : null,
        has(RunOption.SIGNAL) ? stopSignal().name() : null,
        keepsChildren(),
        settings.given(Setting.LOG_LIMIT).isPresent() ? settings.logLimit().bytes() : null,
        settings.given(Setting.ENV_ALLOW).isPresent() ? settings.recordedVariables() : null,
        slurm.isChosen() ? slurm.options().toWords() : null);
  }

  /** Returns the settings in force, options included. */
  public Settings settings(Console caller) {
    Map<Setting, String> options = new EnumMap<>(Setting.class);
    for (Setting setting : RunOption.settings()) {
      String said = text(setting.option().name());
      if (said != null) {
        options.put(setting, said);
      }
    }
    return SettingsLoader.load(
        caller,
        options,
        text(Setting.CONFIG.name()),
        parsed.hasMatchedOption(Setting.VERBOSE.name()));
  }

  /**
   * Returns the request.
   *
   * @throws UsageException if the options do not fit together or have values outside their limits
   */
  public RunRequest request(Settings settings, SplitArguments arguments) {
    List<String> unmatched = parsed.unmatched();
    if (!unmatched.isEmpty()) {
      throw unexpected(unmatched);
    }
    try {
      RunRequest request = subject(settings, arguments);
      if (!arguments.hasCommand()) {
        request =
            request.withTraining(training()).withOutputDir(text(RunOption.OUTPUT_DIR.option()));
      }
      return request
          .withTimeLimit(has(RunOption.TIMEOUT) ? duration(RunOption.TIMEOUT, "") : null)
          .withDescription(description())
          .withParent(parent(settings));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  private RunDescription description() {
    return DescriptionOptions.apply(
        RunDescription.NONE,
        text(RunOption.NAME.option()),
        value(RunOption.TAG, List.of()),
        text(RunOption.NOTE.option()));
  }

  /** A whole id is not looked up: the run may be on record elsewhere, or the database away. */
  private @Nullable RunId parent(Settings settings) {
    String given = text(RunOption.PARENT.option());
    if (given == null) {
      return null;
    }
    if (RunLookup.isWhole(given)) {
      return RunId.parse(given.toLowerCase(Locale.ROOT));
    }
    RegistryFactory parts = new RegistryFactory(settings);
    try (RunDatabase database = parts.database()) {
      return new RunLookup(parts.reader(database)).idOf(given);
    }
  }

  /** Returns the error for words that are neither options nor after the {@code --}. */
  public static UsageException unexpected(List<String> unmatched) {
    return new UsageException(
        "unexpected '%s'; put the command after --, as in: registry run -- %s"
            .formatted(unmatched.get(0), CommandLineFormat.of(unmatched)));
  }

  private RunRequest subject(Settings settings, SplitArguments arguments) {
    boolean trains = has(RunOption.LOCAL);
    String model = value(RunOption.MODEL, NONE);
    DatasetKey key = new DatasetKey(value(RunOption.DATASET, NONE));
    if (arguments.hasCommand()) {
      if (trains) {
        throw new UsageException("--local starts the configured command; leave out -- CMD");
      }
      if (arguments.command().isEmpty()) {
        throw new UsageException("no command after --");
      }
      requireNoneOfTraining();
      return RunRequest.command(key, model, arguments.command());
    }
    if (!has(RunOption.DATASET)) {
      throw new UsageException("nothing to run: give a command after --, or a dataset with -d KEY");
    }
    return trains
        ? RunRequest.training(key, model, settings.command())
        : RunRequest.dryRun(key, model);
  }

  /** They would be on record as if the command had used them. */
  private void requireNoneOfTraining() {
    for (RunOption option : RunOption.OF_TRAINING) {
      if (has(option)) {
        throw new UsageException(
            option.option() + " applies to --local only; pass it to your command, after --");
      }
    }
  }

  private TrainingConfig training() {
    TrainingConfig usual = TrainingConfig.DEFAULT;
    TrainingConfig training =
        new TrainingConfig(
            value(RunOption.LEARNING_RATE, usual.learningRate()),
            value(RunOption.EPOCHS, usual.numEpochs()),
            value(RunOption.BATCH_SIZE, usual.batchSize()),
            value(RunOption.SEQ_LENGTH, usual.maxSeqLength()));
    return training.with(
        value(RunOption.WEIGHT_DECAY, TrainingConfig.DEFAULT_WEIGHT_DECAY),
        TrainingDevice.parse(value(RunOption.DEVICE, "auto")));
  }

  private Duration duration(RunOption option, String otherwise) {
    try {
      return Durations.parse(value(option, otherwise));
    } catch (IllegalArgumentException e) {
      throw new UsageException(option.option() + ": " + e.getMessage(), e);
    }
  }

  private boolean has(RunOption option) {
    return parsed.hasMatchedOption(option.option());
  }

  private <T> T value(RunOption option, T otherwise) {
    return parsed.matchedOptionValue(option.option(), otherwise);
  }

  private @Nullable String text(String option) {
    return parsed.hasMatchedOption(option) ? parsed.matchedOptionValue(option, "") : null;
  }
}
