package dev.runregistry.cli.doctor;

import dev.runregistry.cli.config.QueueSettings;
import dev.runregistry.cli.config.Secret;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SettingsFile;
import dev.runregistry.cli.config.SlurmSettings;
import dev.runregistry.cli.options.SettingsLoader;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.internal.files.FileErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Checks the settings: their values, and the permissions of files with secrets. */
final class ConfigurationChecks {
  private static final String CONFIGURATION = "configuration";
  private static final Set<PosixFilePermission> OTHERS =
      Set.of(
          PosixFilePermission.GROUP_READ,
          PosixFilePermission.GROUP_WRITE,
          PosixFilePermission.OTHERS_READ,
          PosixFilePermission.OTHERS_WRITE);

  private final Settings settings;
  private final Map<String, String> environment;
  private final Consumer<Finding> found;

  ConfigurationChecks(Settings settings, Map<String, String> environment, Consumer<Finding> found) {
    this.settings = settings;
    this.environment = environment;
    this.found = found;
  }

  /** Returns the finding for a configuration that cannot be read at all. */
  static Finding unusable(UsageException e) {
    return Finding.error(
        CONFIGURATION, String.valueOf(e.getMessage()), "no command works before it is corrected");
  }

  void run() {
    AtomicBoolean good = new AtomicBoolean(true);
    Consumer<Finding> bad =
        finding -> {
          good.set(false);
          found.accept(finding);
        };
    values(bad);
    SettingsLoader.unknownVariables(environment)
        .forEach(
            name ->
                bad.accept(
                    Finding.warning(
                        CONFIGURATION,
                        "the variable %s is no setting".formatted(TerminalText.line(name)),
                        "correct its name, or unset it; 'registry config' lists the settings")));
    secrets(bad);
    if (good.get()) {
      found.accept(Finding.ok(CONFIGURATION, file()));
    }
  }

  private String file() {
    Optional<Path> file = settings.file().map(SettingsFile::path).filter(Files::exists);
    return file.map(path -> path + " and all settings can be used")
        .orElse("there is no file; all settings can be used");
  }

  private void values(Consumer<Finding> bad) {
    QueueSettings queue = new QueueSettings(settings);
    SlurmSettings slurm = new SlurmSettings(settings);
    value(bad, settings::logLimit);
    value(bad, settings::git);
    value(bad, queue::slots);
    value(bad, queue::max);
    value(bad, slurm::isChosen);
    value(bad, slurm::options);
    value(bad, slurm::pendingTimeout);
    server(bad, queue);
  }

  /** Reads the settings of the server one by one: its own jars are on its class path only. */
  private void server(Consumer<Finding> bad, QueueSettings queue) {
    for (Setting number : List.of(Setting.PORT, Setting.LOCAL_MAX)) {
      value(bad, () -> settings.read(number, Integer::parseInt));
    }
    for (Setting time : List.of(Setting.LOCAL_TIMEOUT, Setting.STOP_TIMEOUT)) {
      value(bad, () -> settings.read(time, Durations::parse));
    }
    value(bad, queue::timeout);
    value(bad, settings::command);
    value(bad, settings::showCommand);
    value(bad, settings::logsJson);
    value(bad, () -> Secret.TOKEN.read(settings));
  }

  /** A reader of settings. */
  private interface Reading {
    @Nullable Object read();
  }

  private static void value(Consumer<Finding> bad, Reading reading) {
    try {
      reading.read();
    } catch (UsageException e) {
      bad.accept(
          Finding.error(
              CONFIGURATION,
              String.valueOf(e.getMessage()),
              "correct it; commands that need it refuse to work"));
    }
  }

  private void secrets(Consumer<Finding> bad) {
    for (Setting setting : Setting.values()) {
      Optional<Settings.Value> value = settings.given(setting);
      if (setting.isSecret() && value.isPresent()) {
        settings
            .file()
            .map(SettingsFile::path)
            .filter(file -> value.get().source().endsWith(file.toString()))
            .ifPresent(file -> secret(setting, file, bad));
      }
    }
    for (Setting setting : Set.of(Setting.DB_PASSWORD_FILE, Setting.TOKEN_FILE)) {
      settings.given(setting).ifPresent(value -> named(setting, value, bad));
    }
  }

  private static void named(Setting setting, Settings.Value value, Consumer<Finding> bad) {
    try {
      secret(setting, Path.of(value.text()), bad);
    } catch (InvalidPathException e) {
      bad.accept(
          Finding.error(
              CONFIGURATION, setting.key() + " is no path", "correct it: " + value.source()));
    }
  }

  private static void secret(Setting setting, Path file, Consumer<Finding> bad) {
    if (!Files.isRegularFile(file)) { // a descriptor; a file that is missing is reported as a value
      return;
    }
    try {
      if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
        bad.accept(
            Finding.warning(
                CONFIGURATION,
                "%s has a secret (%s), and other users can access it"
                    .formatted(file, setting.key()),
                "chmod 600 " + file));
      }
    } catch (IOException e) {
      bad.accept(
          Finding.error(
              CONFIGURATION,
              "%s cannot be read: %s".formatted(file, FileErrors.reason(e)),
              "check its permissions"));
    }
  }
}
