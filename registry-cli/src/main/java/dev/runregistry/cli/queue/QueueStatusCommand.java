package dev.runregistry.cli.queue;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry queue status}. */
@Command(
    name = "status",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Show how many runs wait, and the slots and GPUs of those that run.")
public final class QueueStatusCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Option(names = "--json", description = "One JSON document.")
  private boolean json;

  public QueueStatusCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    return new QueueReport(caller, settings.read(caller)).print(json);
  }
}
