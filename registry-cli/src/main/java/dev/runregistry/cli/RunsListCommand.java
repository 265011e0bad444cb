package dev.runregistry.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code registry runs list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "List runs, newest first; all filters given must match.")
final class RunsListCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;
  @Mixin private ListOptions filters;

  RunsListCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    return filters.list(caller, settings);
  }
}
