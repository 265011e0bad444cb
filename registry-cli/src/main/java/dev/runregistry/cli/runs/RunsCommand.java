package dev.runregistry.cli.runs;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.list.ListOptions;
import dev.runregistry.cli.options.SettingsOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code registry runs}: lists runs when no subcommand says otherwise. */
@Command(
    name = "runs",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Show recorded runs; without a subcommand, list them.",
    synopsisSubcommandLabel = "[COMMAND]",
    footerHeading = "%nExamples:%n",
    footer = {
      "  registry runs --since yesterday --failed    what failed since yesterday",
      "  registry runs show @latest                  the newest run",
      "  registry runs logs -f 01a2b6f0              the output of a run, as it is printed"
    })
public final class RunsCommand implements Callable<Integer> {
  private final Console caller;

  @Mixin private SettingsOptions settings;
  @Mixin private ListOptions filters;

  public RunsCommand(Console caller) {
    this.caller = caller;
  }

  @Override
  public Integer call() {
    return filters.list(caller, settings);
  }
}
