package dev.runregistry.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code registry} by itself does nothing. */
@Command(
    name = "registry",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = HelpCommand.class,
    description = "Runs training and batch jobs and keeps a true record of each.%n",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "%nSettings: option, else environment variable, else configuration file, else default;",
      "'registry config' shows what is in force."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:not found, refused, or the database cannot be reached",
      "2:misused: an unknown option, a value outside its limits, a bad setting",
      "141:nobody reads our output any more"
    })
final class RegistryCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    throw LastCommand.missing(spec.commandLine());
  }
}
