package dev.runregistry.cli.queue;

import dev.runregistry.cli.config.Settings;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import dev.runregistry.run.service.RunRegistry;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code registry queue resume}. */
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "Start waiting runs again; also starts a dispatcher, for example after a restart of the host.")
public final class QueueResumeCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions options;

  public QueueResumeCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    Settings settings = options.read(caller);
    RegistryFactory parts = new RegistryFactory(settings);
    try (RunDatabase database = parts.database()) {
      RunRegistry registry = parts.registry(database);
      registry.resumeQueue();
      if (registry.queueStatus().depth() > 0) {
        new DispatcherProcess(caller, settings).ensure(parts.home());
      }
    }
    return 0;
  }
}
