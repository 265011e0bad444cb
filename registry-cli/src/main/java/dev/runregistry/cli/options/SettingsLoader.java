package dev.runregistry.cli.options;

import dev.runregistry.cli.config.KubernetesVariables;
import dev.runregistry.cli.config.LogLevel;
import dev.runregistry.cli.config.Logging;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SettingsFile;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.process.ChildEnvironment;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the settings of a command from its options, the environment and the configuration file. */
public final class SettingsLoader {
  /** Known to the launcher and to {@link SettingsFile}, not settings themselves. */
  private static final List<String> OTHER_VARIABLES =
      List.of("REGISTRY_CONFIG", "REGISTRY_CDS", "REGISTRY_JAVA", "REGISTRY_JAVA_OPTS");

  private SettingsLoader() {}

  /**
   * Returns what is in force; sets up logging accordingly, and warns of variables that look like
   * settings: a misspelt one would let runs be recorded elsewhere than intended.
   *
   * @param options the settings that options give; the log level is added where it is verbose
   * @param config the configuration file that an option names; null for none
   */
  public static Settings load(
      Console caller, Map<Setting, String> options, @Nullable String config, boolean verbose) {
    if (verbose) {
      options.put(Setting.LOG, LogLevel.DEBUG.text());
    }
    Settings settings =
        Settings.of(options, config == null ? null : Path.of(config), caller.environment());
    Logging.configure(settings.log());
    unknownVariables(caller.environment())
        .forEach(name -> caller.say("warning: unknown environment variable " + name));
    return settings;
  }

  /** Returns the variables that look like settings and are none, in the order of the names. */
  public static List<String> unknownVariables(Map<String, String> environment) {
    return environment.entrySet().stream()
        .filter(variable -> isUnknown(variable.getKey(), variable.getValue()))
        .map(Map.Entry::getKey)
        .sorted()
        .toList();
  }

  private static boolean isUnknown(String variable, String value) {
    return variable.startsWith("REGISTRY_")
        && Setting.ofVariable(variable).isEmpty()
        && !variable.startsWith(ChildEnvironment.CALLERS)
        && !OTHER_VARIABLES.contains(variable)
        && !KubernetesVariables.contain(variable, value);
  }
}
