package dev.runregistry.cli.hosts;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code registry hosts list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description =
        "List the hosts: their homes, the version of their registry, when they were last seen, and"
            + " their active runs.")
public final class HostsListCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;

  @Option(names = "--json", description = "JSON Lines, one object per host.")
  private boolean json;

  public HostsListCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    return new HostListing(caller, settings.read(caller)).print(json);
  }
}
