package dev.runregistry.cli.config;

import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.Sizes;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.executor.process.LogLimit;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The settings in force, each with its source: an option, else the environment, else the file, else
 * the default.
 */
public final class Settings {
  public static final String NO_HOME =
      "no directory for runs: set REGISTRY_HOME or HOME, or use --home";

  private static final String NOTHING = "none";

  private final Map<Setting, Value> values;
  private final @Nullable SettingsFile file;
  private final Map<String, String> environment;

  private Settings(
      Map<Setting, Value> values, @Nullable SettingsFile file, Map<String, String> environment) {
    this.values = values;
    this.file = file;
    this.environment = environment;
  }

  /**
   * A value and where it comes from.
   *
   * @param text as it was written
   * @param source for people, such as {@code environment REGISTRY_DB}
   */
  public record Value(String text, String source) {}

  /**
   * Puts them together.
   *
   * @param options what options say
   * @param config what {@code --config} says; null where it was not given
   * @throws UsageException if the configuration file cannot be used, or a path is empty
   */
  public static Settings of(
      Map<Setting, String> options, @Nullable Path config, Map<String, String> environment) {
    Optional<SettingsFile> file = SettingsFile.of(config, environment);
    Map<Setting, Value> values = new EnumMap<>(Setting.class);
    if (file.isPresent()) {
      String source = "file " + file.get().path();
      file.get().read().forEach((setting, text) -> values.put(setting, new Value(text, source)));
    }
    for (Setting setting : Setting.values()) {
      String text = environment.get(setting.variable());
      if (text != null
          && (setting.isPath() || !text.isEmpty()) // else empty counts as not set
          && !KubernetesVariables.contain(setting.variable(), text)) {
        values.put(setting, new Value(text, "environment " + setting.variable()));
      }
    }
    options.forEach(
        (setting, text) ->
            values.put(setting, new Value(text, "option " + setting.option().name())));
    values.forEach(Settings::requirePath);
    return new Settings(values, file.orElse(null), environment);
  }

  /** An empty one would be the current directory, and comes from a variable that was not set. */
  private static void requirePath(Setting setting, Value value) {
    if (setting.isPath() && value.text().isEmpty()) {
      throw new UsageException("empty path (" + value.source() + ")");
    }
  }

  /** Returns the value that was given; empty when the default is in force. */
  public Optional<Value> given(Setting setting) {
    return Optional.ofNullable(values.get(setting));
  }

  /** The configuration file, which need not exist; empty when there is no place for one. */
  public Optional<SettingsFile> file() {
    return Optional.ofNullable(file);
  }

  /**
   * The folder of this host's runs, absolute.
   *
   * @throws UsageException if neither a setting nor HOME names one
   */
  public Path home() {
    return findHome().orElseThrow(() -> new UsageException(NO_HOME));
  }

  /** The same; empty if neither a setting nor HOME names one. */
  public Optional<Path> findHome() {
    return given(Setting.HOME)
        .map(Settings::path)
        .or(() -> XdgDirectories.of(environment).state())
        .map(folder -> folder.toAbsolutePath().normalize());
  }

  /** The folder of the datasets, absolute. */
  public Path datasets() {
    return path(inForce(Setting.DATASETS)).toAbsolutePath().normalize();
  }

  /** Returns the directory outside which no output directory of a run is read, absolute. */
  public Path artifactsRoot() {
    return path(inForce(Setting.ARTIFACTS_ROOT)).toAbsolutePath().normalize();
  }

  /**
   * Returns the command that {@code run --local} starts.
   *
   * @throws UsageException if it cannot be understood
   */
  public List<String> command() {
    Value value = inForce(Setting.COMMAND);
    return CommandLineFormat.parse(value.text(), value.source());
  }

  /**
   * Returns whether the git state of a run's directory is recorded.
   *
   * @throws UsageException if it is neither on nor off
   */
  public boolean git() {
    return isFirst(Setting.GIT, "on", "off");
  }

  /**
   * Returns whether clients of the server see the commands of runs.
   *
   * @throws UsageException if it is neither true nor false
   */
  public boolean showCommand() {
    return isFirst(Setting.SHOW_COMMAND, "true", "false");
  }

  private boolean isFirst(Setting setting, String first, String second) {
    Value value = inForce(setting);
    if (!value.text().equals(first) && !value.text().equals(second)) {
      throw new UsageException(
          "%s must be %s or %s: %s (%s)"
              .formatted(setting.key(), first, second, value.text(), value.source()));
    }
    return value.text().equals(first);
  }

  /**
   * Returns the maximum size of each of the two logs of a run.
   *
   * @throws UsageException if it is no size, or too small
   */
  public LogLimit logLimit() {
    return read(Setting.LOG_LIMIT, Sizes::parse);
  }

  /** Returns the names of the variables that are recorded; none for the word {@code none}. */
  public List<String> recordedVariables() {
    return words(Setting.ENV_ALLOW).stream().filter(word -> !word.equals(NOTHING)).toList();
  }

  /** Returns the log level. */
  public LogLevel log() {
    Value value = inForce(Setting.LOG);
    return LogLevel.parse(value.text(), value.source());
  }

  /**
   * Returns whether the server logs JSON.
   *
   * @throws UsageException if it is neither json nor text
   */
  public boolean logsJson() {
    return isFirst(Setting.LOG_FORMAT, "json", "text");
  }

  /** Returns the text of a setting that has a default. */
  public String text(Setting setting) {
    return inForce(setting).text();
  }

  /**
   * Returns the words of a setting, which are separated by commas or blanks; none where neither a
   * value nor a default is there.
   */
  public List<String> words(Setting setting) {
    return value(setting).stream()
        .flatMap(value -> Stream.of(value.text().split("[,\\s]+")))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /**
   * Returns what the reader makes of a setting that has a default.
   *
   * @param reader throws an IllegalArgumentException for a text that it cannot read
   * @throws UsageException with the message of the reader and the source of the value
   */
  public <T> T read(Setting setting, Function<String, T> reader) {
    Value value = inForce(setting);
    try {
      return reader.apply(value.text());
    } catch (NumberFormatException e) {
      throw new UsageException(
          "not a whole number: '%s' (%s)"
              .formatted(TerminalText.line(value.text()), value.source()),
          e);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage() + " (" + value.source() + ")", e);
    }
  }

  private Value inForce(Setting setting) {
    return value(setting)
        .orElseThrow(() -> new IllegalStateException("no default: " + setting.key()));
  }

  private Optional<Value> value(Setting setting) {
    return given(setting).or(() -> setting.defaultText().map(text -> new Value(text, "default")));
  }

  private static Path path(Value value) {
    try {
      return Path.of(value.text());
    } catch (InvalidPathException e) {
      throw new UsageException("not a path: " + value.text() + " (" + value.source() + ")", e);
    }
  }
}
