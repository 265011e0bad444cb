package dev.runregistry.cli.options;

import dev.runregistry.cli.config.DatabaseSettings;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Setting.Scope;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

/** The options of a command for settings: {@code @Mixin private SettingsOptions settings}. */
public final class SettingsOptions {
  private final Map<Setting, OptionSpec> options = new EnumMap<>(Setting.class);
  private final OptionSpec config = OptionSpecs.of(Setting.CONFIG);
  private final OptionSpec verbose = OptionSpecs.of(Setting.VERBOSE);

  /** Creates the options that every command has. */
  public SettingsOptions() {
    this(Setting.in(Scope.ALL));
  }

  /** Creates options for these settings. */
  public SettingsOptions(List<Setting> settings) {
    settings.forEach(setting -> options.put(setting, OptionSpecs.of(setting.option())));
  }

  /** Adds the options to a command; called by picocli. */
  @Spec
  void addTo(CommandSpec command) {
    options.values().forEach(command::addOption);
    command.addOption(config).addOption(verbose);
  }

  /** Returns what was given, as another command takes it; a password in a URL is redacted. */
  public List<String> words() {
    List<String> words = new ArrayList<>();
    given()
        .forEach(
            (setting, text) -> {
              words.add(setting.option().name());
              words.add(setting == Setting.DB ? DatabaseSettings.redact(text) : text);
            });
    Optional.<String>ofNullable(config.getValue())
        .ifPresent(file -> words.addAll(List.of(Setting.CONFIG.name(), file)));
    return words;
  }

  /** Returns the settings in force, with those that the options of this command give. */
  public Settings read(Console caller) {
    return SettingsLoader.load(
        caller, given(), config.getValue(), Boolean.TRUE.equals(verbose.getValue()));
  }

  private Map<Setting, String> given() {
    Map<Setting, String> given = new EnumMap<>(Setting.class);
    options.forEach(
        (setting, option) ->
            Optional.<String>ofNullable(option.getValue())
                .ifPresent(text -> given.put(setting, text)));
    return given;
  }
}
