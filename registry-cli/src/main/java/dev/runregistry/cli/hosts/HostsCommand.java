package dev.runregistry.cli.hosts;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry hosts}; without a subcommand, the same as {@code list}. */
@Command(
    name = "hosts",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = {
      "Show the hosts that share the database, with their active runs.",
      "Without a subcommand, lists them. Servers, dispatchers and long runs announce their host every"
          + " ten seconds. A host that is not seen may still have running runs."
    },
    synopsisSubcommandLabel = "[COMMAND]")
public final class HostsCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Option(names = "--json", description = "JSON Lines, one object per host.")
  private boolean json;

  public HostsCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    return new HostListing(caller, settings.read(caller)).print(json);
  }
}
