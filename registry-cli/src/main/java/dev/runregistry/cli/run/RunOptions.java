package dev.runregistry.cli.run;

import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.options.OptionValues;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.run.TrainingDevice;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the options of {@code registry run} say. */
public final class RunOptions {
  private static final String NONE = "none";

  private static final List<Setting> OPTIONS =
      List.of(Setting.HOME, Setting.DB, Setting.DATASETS, Setting.LOG_LIMIT, Setting.ENV_ALLOW);

  /** What a command of the user's own takes no notice of; in the order of the help. */
  private static final List<String> OF_TRAINING =
      List.of(
          "--output-dir",
          "--learning-rate",
          "--weight-decay",
          "--epochs",
          "--batch-size",
          "--max-seq-length",
          "--device");

  private final OptionValues parsed;

  public RunOptions(OptionValues parsed) {
    this.parsed = parsed;
  }

  public boolean isJson() {
    return parsed.hasMatchedOption("--json");
  }

  public boolean isQuiet() {
    return parsed.hasMatchedOption("--quiet");
  }

  /** Whether what the command leaves behind is not terminated. */
  public boolean keepsChildren() {
    return parsed.hasMatchedOption("--keep-children");
  }

  /** How long what runs may tidy up. */
  public Duration killAfter() {
    return duration("--kill-after", "10s");
  }

  /** What is in force, options included. */
  public Settings settings(Console caller) {
    Map<Setting, String> options = new EnumMap<>(Setting.class);
    for (Setting setting : OPTIONS) {
      String said = text(String.valueOf(setting.option()));
      if (said != null) {
        options.put(setting, said);
      }
    }
    return SettingsOptions.read(
        caller, options, text("--config"), parsed.hasMatchedOption("--verbose"));
  }

  /**
   * What is to be run.
   *
   * @throws UsageException if the options do not fit together or have values outside their limits
   */
  public RunRequest request(Settings settings, RunArguments arguments) {
    List<String> strays = parsed.strays();
    if (!strays.isEmpty()) {
      throw unexpected(strays);
    }
    try {
      RunRequest request = subject(settings, arguments);
      if (!arguments.hasCommand()) {
        request = request.withTraining(training()).withOutputDir(text("--output-dir"));
      }
      return request.withTimeLimit(text("--timeout") == null ? null : duration("--timeout", ""));
    } catch (IllegalArgumentException e) {
      throw new UsageException(String.valueOf(e.getMessage()), e);
    }
  }

  /** What is wrong with words that are neither options nor after the {@code --}. */
  public static UsageException unexpected(List<String> strays) {
    return new UsageException(
        "unexpected '%s'; a command stands after --, as in: registry run -- %s"
            .formatted(strays.get(0), CommandLineFormat.of(strays)));
  }

  private RunRequest subject(Settings settings, RunArguments arguments) {
    boolean trains = parsed.hasMatchedOption("--local");
    String model = parsed.matchedOptionValue("--model", NONE);
    DatasetKey key = new DatasetKey(parsed.matchedOptionValue("--dataset", NONE));
    if (arguments.hasCommand()) {
      if (trains) {
        throw new UsageException("--local starts the configured command; leave out -- CMD");
      }
      if (arguments.command().isEmpty()) {
        throw new UsageException("there is no command after --");
      }
      requireNoneOfTraining();
      return RunRequest.command(key, model, arguments.command());
    }
    if (!parsed.hasMatchedOption("--dataset")) {
      throw new UsageException(
          "nothing to run: name a data set with -d KEY, or a command after --");
    }
    return trains
        ? RunRequest.training(key, model, settings.command())
        : RunRequest.dryRun(key, model);
  }

  /** They would be on record as if the command had used them. */
  private void requireNoneOfTraining() {
    for (String option : OF_TRAINING) {
      if (parsed.hasMatchedOption(option)) {
        throw new UsageException(
            option + " applies to --local only; pass it to your command, after the --");
      }
    }
  }

  private TrainingConfig training() {
    TrainingConfig usual = TrainingConfig.DEFAULT;
    TrainingConfig training =
        new TrainingConfig(
            parsed.matchedOptionValue("--learning-rate", usual.learningRate()),
            parsed.matchedOptionValue("--epochs", usual.numEpochs()),
            parsed.matchedOptionValue("--batch-size", usual.batchSize()),
            parsed.matchedOptionValue("--max-seq-length", usual.maxSeqLength()));
    return training.with(
        parsed.matchedOptionValue("--weight-decay", 0.01),
        TrainingDevice.parse(parsed.matchedOptionValue("--device", "auto")));
  }

  private Duration duration(String option, String otherwise) {
    try {
      return Durations.parse(parsed.matchedOptionValue(option, otherwise));
    } catch (IllegalArgumentException e) {
      throw new UsageException(option + ": " + e.getMessage(), e);
    }
  }

  private @Nullable String text(String option) {
    return parsed.hasMatchedOption(option) ? parsed.matchedOptionValue(option, "") : null;
  }
}
