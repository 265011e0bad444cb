package dev.runregistry.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.runregistry.cli.config.DatabaseSettings;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.Settings.Value;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.JsonLine;
import dev.runregistry.cli.text.TextTable;
import dev.runregistry.cli.text.TextTable.Column;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.run.redact.SecretRedactor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry config}. */
@Command(
    name = "config",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Show the effective settings and their sources; secrets are redacted.",
    footer = {
      "%nSettings: option, else environment variable, else configuration file (Java properties in",
      "UTF-8), else default."
    })
final class ConfigCommand implements Callable<Integer> {
  private static final String NONE = "-";
  private static final String DEFAULT = "default";

  private final Console caller;

  @Mixin private SettingsOptions options;

  @Option(names = "--json", description = "One JSON object per setting and line.")
  private boolean json;

  ConfigCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    Settings settings = options.read(caller);
    List<List<String>> rows = new ArrayList<>();
    for (Setting setting : Setting.values()) {
      String value =
          settings
              .given(setting)
              .map(said -> shown(setting, said))
              .orElseGet(() -> usual(setting, settings));
      String source = settings.given(setting).map(Value::source).orElse(DEFAULT);
      rows.add(List.of(setting.key(), value, source));
    }
    settings
        .file()
        .ifPresent(
            file ->
                rows.add(
                    List.of(
                        "(file)",
                        file.path().toString(),
                        file.path().toFile().exists() ? "read" : "not found")));
    if (settings.findHome().isEmpty()) {
      caller.say(Settings.NO_HOME);
    }
    if (json) {
      rows.forEach(row -> caller.out().println(JsonLine.of(line -> write(line, row))));
      return 0;
    }
    List<Column> columns = new ArrayList<>();
    List<String> titles = List.of("KEY", "VALUE", "FROM");
    for (int i = 0; i < titles.size(); i++) {
      int column = i;
      columns.add(Column.whole(titles.get(i), rows.stream().map(row -> row.get(column)).toList()));
    }
    // as wide as it gets: a value that is cut is no use
    new TextTable(columns).lines(OptionalInt.empty()).forEach(caller.out()::println);
    return 0;
  }

  private static void write(JsonGenerator json, List<String> row) throws IOException {
    json.writeStartObject();
    json.writeStringField("key", row.get(0));
    boolean isUnset = row.get(1).equals(NONE) && row.get(2).equals(DEFAULT);
    json.writeStringField("value", isUnset ? null : row.get(1));
    json.writeStringField("from", row.get(2));
    json.writeEndObject();
  }

  private static String shown(Setting setting, Value said) {
    if (setting == Setting.COMMAND) {
      return commandShown(said);
    }
    return setting.isSecret() ? SecretRedactor.REDACTED : DatabaseSettings.redact(said.text());
  }

  private static String commandShown(Value said) {
    try {
      return CommandLineFormat.of(
          SecretRedactor.redact(CommandLineFormat.parse(said.text(), said.source())));
    } catch (UsageException e) { // shown as it is, so that one can see what is wrong with it
      return SecretRedactor.redact(said.text());
    }
  }

  private static String usual(Setting setting, Settings settings) {
    return switch (setting) {
      case HOME -> settings.findHome().map(Path::toString).orElse(NONE);
      case DB ->
          settings
              .findHome()
              .map(home -> new RegistryFactory(settings).databaseConfig().url())
              .orElse(NONE);
      case DATASETS -> settings.datasets().toString();
      case ARTIFACTS_ROOT -> settings.artifactsRoot().toString();
      default -> setting.defaultText().orElse(NONE);
    };
  }
}
