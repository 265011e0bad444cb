package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.ListOptions;
import dev.runregistry.cli.options.SettingsOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code registry runs list}. */
@Command(
    name = "list",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "List runs, newest first; all filters given must match.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  registry runs --since tue --until tue       what ran on Tuesday",
      "  registry runs --failed --since 2d           what failed in the last two days",
      "  registry runs --grep 'train.py --lr 1e-3'   runs of that command",
      "  registry runs --sort duration -n 5          the five longest",
      "  registry runs -q --running                  IDs, for scripts"
    })
public final class RunsListCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;
  @Mixin private ListOptions filters;

  public RunsListCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    return filters.list(caller, settings);
  }
}
