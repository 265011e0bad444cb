package dev.runregistry.cli;

import dev.runregistry.cli.ExitCodes.Codes;
import dev.runregistry.cli.console.Version;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.HelpCommand;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code registry} by itself prints its help and fails: a script has left out the command. */
@Command(
    name = "registry",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    subcommands = HelpCommand.class,
    description = "Run training and batch jobs and keep a true record of each.%n",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "%nSettings: option, else environment variable, else configuration file, else default;",
      "'registry config' shows the effective settings.",
      "%nExamples:",
      "  registry run -- python3 train.py --lr 1e-3",
      "  registry list --failed --since 2d",
      "  registry logs -f @latest"
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:not found, refused, or the database cannot be reached",
      "2:usage error: unknown command or option, value out of range, invalid setting",
      "141:stdout was closed (broken pipe)"
    })
final class RegistryCommand implements Callable<Integer> {
  private static final Map<String, List<String>> GROUPS = new LinkedHashMap<>();

  static {
    GROUPS.put("Run", List.of("run", "submit", "rerun", "queue", "cancel", "wait"));
    GROUPS.put("History", List.of("runs", "diff", "export", "import"));
    GROUPS.put("Record", List.of("verify", "reconcile", "backup", "restore", "migrate", "hosts"));
    GROUPS.put("Set-up", List.of("serve", "doctor", "config", "completion", "help"));
  }

  @Spec private CommandSpec spec;

  /** Returns the commands in the help of the program, by their headings. */
  static Map<String, List<String>> groups() {
    return GROUPS;
  }

  @Override
  public Integer call() {
    spec.commandLine().usage(spec.commandLine().getErr());
    return Codes.USUAL.usage();
  }
}
