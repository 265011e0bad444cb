package dev.runregistry.cli.options;

import dev.runregistry.cli.config.DatabaseSettings;
import dev.runregistry.cli.config.KubernetesVariables;
import dev.runregistry.cli.config.LogLevel;
import dev.runregistry.cli.config.Logging;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SettingsFile;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.process.ChildEnvironment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that every command has. */
public final class SettingsOptions {
  public static final String HOME = "Folder of this host's runs and of the embedded database.";
  public static final String DB = "Database: jdbc:postgresql://HOST/NAME or jdbc:sqlite:FILE.";
  public static final String CONFIG = "Configuration file.";
  public static final String VERBOSE = "Say more on stderr, with stack traces.";

  /** Known to the launcher and to {@link SettingsFile}, not settings themselves. */
  private static final List<String> OTHER_VARIABLES =
      List.of("REGISTRY_CONFIG", "REGISTRY_CDS", "REGISTRY_JAVA", "REGISTRY_JAVA_OPTS");

  @Option(names = "--home", paramLabel = "DIR", description = HOME)
  private @Nullable String home;

  @Option(names = "--db", paramLabel = "URL", description = DB)
  private @Nullable String db;

  @Option(names = "--config", paramLabel = "FILE", description = CONFIG)
  private @Nullable String config;

  @Option(
      names = {"-v", "--verbose"},
      description = VERBOSE)
  private boolean verbose;

  /** Returns what was given, as another command takes it; a password in a URL is masked. */
  public List<String> words() {
    List<String> words = new ArrayList<>();
    Optional.ofNullable(home).ifPresent(folder -> words.addAll(List.of("--home", folder)));
    Optional.ofNullable(db)
        .ifPresent(url -> words.addAll(List.of("--db", DatabaseSettings.masked(url))));
    Optional.ofNullable(config).ifPresent(file -> words.addAll(List.of("--config", file)));
    return words;
  }

  /** What is in force. */
  public Settings read(Console caller) {
    return read(caller, Map.of());
  }

  /**
   * What is in force.
   *
   * @param others what options of one command alone say
   */
  public Settings read(Console caller, Map<Setting, String> others) {
    Map<Setting, String> options = new EnumMap<>(Setting.class);
    options.putAll(others);
    Optional.ofNullable(home).ifPresent(folder -> options.put(Setting.HOME, folder));
    Optional.ofNullable(db).ifPresent(url -> options.put(Setting.DB, url));
    return read(caller, options, config, verbose);
  }

  /**
   * What is in force; sets up logging accordingly, and warns of variables that look like ours: a
   * misspelt one would let runs be recorded elsewhere than intended.
   */
  public static Settings read(
      Console caller, Map<Setting, String> options, @Nullable String config, boolean verbose) {
    if (verbose) {
      options.put(Setting.LOG, LogLevel.DEBUG.text());
    }
    Settings settings =
        Settings.of(options, config == null ? null : Path.of(config), caller.environment());
    Logging.configure(settings.log());
    for (Map.Entry<String, String> variable : caller.environment().entrySet()) {
      if (isUnknown(variable.getKey(), variable.getValue())) {
        caller.say("warning: the variable " + variable.getKey() + " means nothing here");
      }
    }
    return settings;
  }

  private static boolean isUnknown(String variable, String value) {
    return variable.startsWith("REGISTRY_")
        && Setting.ofVariable(variable).isEmpty()
        && !variable.startsWith(ChildEnvironment.CALLERS)
        && !OTHER_VARIABLES.contains(variable)
        && !KubernetesVariables.contain(variable, value);
  }
}
