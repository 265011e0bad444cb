package dev.runregistry.cli.queue;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import dev.runregistry.cli.wiring.RegistryFactory;
import dev.runregistry.persistence.jooq.RunDatabase;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code registry queue pause}. */
@Command(
    name = "pause",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Start no waiting run until 'registry queue resume'; running ones keep running.")
public final class QueuePauseCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  public QueuePauseCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    RegistryFactory parts = new RegistryFactory(settings.read(caller));
    try (RunDatabase database = parts.database()) {
      parts.registry(database).pauseQueue();
    }
    return 0;
  }
}
