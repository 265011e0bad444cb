package dev.runregistry.cli.queue;

import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.config.SettingsFile;
import dev.runregistry.cli.console.Console;
import dev.runregistry.executor.host.DetachedProcess;
import dev.runregistry.journal.FileQueueControl;
import dev.runregistry.journal.FileRunJournal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The detached process that starts queued runs where no other does. */
final class DispatcherProcess {
  private static final String MAIN = "dev.runregistry.cli.Main";

  /** Set by the launcher, and needed by every process of the registry. */
  private static final List<String> PROPERTIES =
      List.of("registry.lib", "slf4j.provider", "org.jooq.no-logo", "org.jooq.no-tips");

  private final Console caller;
  private final Settings settings;

  DispatcherProcess(Console caller, Settings settings) {
    this.caller = caller;
    this.settings = settings;
  }

  /**
   * Starts one unless another process dispatches the runs of that home. A dispatcher that ends
   * looks at the queue once more after it has released its lock, so what was enqueued before this
   * call is started in any case.
   */
  void ensure(FileRunJournal home) {
    FileQueueControl control = FileQueueControl.of(home);
    if (!control.tryLock()) {
      return;
    }
    control.unlock();
    Path log = home.folder().resolve("dispatcher.log");
    try {
      DetachedProcess.start(command(), variables(), log);
    } catch (IOException e) {
      caller.say(
          "warning: the run is queued, but no dispatcher could be started: %s; start 'registry serve' or"
                  .formatted(e.getMessage())
              + " submit again");
    }
  }

  private static List<String> command() {
    List<String> words =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-XX:+UseSerialGC",
                "-Xmx128m",
                "-XX:+SuppressFatalErrorMessage",
                "--enable-native-access=ALL-UNNAMED", // or JDK 24 and later warn
                "-Dslf4j.internal.verbosity=WARN"));
    for (String property : PROPERTIES) {
      String value = System.getProperty(property);
      if (value != null) {
        words.add("-D" + property + "=" + value);
      }
    }
    words.addAll(List.of("-cp", System.getProperty("java.class.path"), MAIN, "queue", "dispatch"));
    return words;
  }

  /** Hands the settings on as variables, because other users can read arguments. */
  private Map<String, String> variables() {
    Map<String, String> variables = new HashMap<>(caller.environment());
    for (Setting setting : Setting.values()) {
      settings.given(setting).ifPresent(value -> variables.put(setting.variable(), value.text()));
    }
    variables.put(Setting.HOME.variable(), settings.home().toString());
    settings
        .file()
        .map(SettingsFile::path)
        .filter(Files::exists) // one that is named has to exist
        .ifPresent(file -> variables.put("REGISTRY_CONFIG", file.toAbsolutePath().toString()));
    return variables;
  }
}
