package dev.runregistry.cli.queue;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code registry queue}; without a subcommand, the same as {@code status}. */
@Command(
    name = "queue",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Show, pause or resume the queue of this host; without a subcommand, show it.",
    synopsisSubcommandLabel = "[COMMAND]")
public final class QueueCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  public QueueCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    return new QueueReport(caller, settings.read(caller)).print(false);
  }
}
