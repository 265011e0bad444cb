package dev.runregistry.cli.run;

import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.OptionSpecs;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The specification of {@code registry run} for picocli and its help. Described by calls, not by
 * annotations: finding those by reflection would delay every run by 30 ms.
 */
public final class RunCommandSpec {
  private final CommandSpec run;

  private RunCommandSpec(CommandSpec run) {
    this.run = run;
  }

  /** Describes the command. */
  public static void addTo(CommandSpec run) {
    RunCommandSpec help = new RunCommandSpec(run);
    help.addOptions();
    help.addText();
  }

  private void addOptions() {
    RunOption.all().forEach(option -> run.addOption(OptionSpecs.of(option)));
    run.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this help.").build());
    run.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Show the version.")
            .build());
    run.versionProvider(Version.provider());
    run.addPositional( // only to say that a command stands after the --
        PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("0..*")
            .hidden(true)
            .build());
  }

  private void addText() {
    run.usageMessage()
        .sortOptions(false)
        .synopsisHeading("")
        .customSynopsis(
            "Usage: registry run [OPTIONS] -- CMD [ARG...]",
            "       registry run [OPTIONS] -d KEY",
            "       registry run [OPTIONS] -d KEY --local")
        .header("Runs a command, a training or a dry-run, and records it.%n")
        .description(
            "%nRuns CMD and records the run: shows its output and exits with its exit code."
                + " All words after -- belong to the command. Without a command a dry-run"
                + " checks the data set; with --local the configured command is started on it"
                + " (key 'command': a JSON array of strings, or plain words without quotes;"
                + " {config} stands for the path of the training configuration).%n")
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exitCodes())
        .footer(
            "%nSIGINT, SIGTERM and SIGHUP go on to the run, the second time as SIGKILL; it is"
                + " recorded before we exit. The run finds its id in RUN_REGISTRY_RUN_ID. The variables"
                + " REGISTRY_DB_PASSWORD and"
                + " REGISTRY_DB_PASSWORD_FILE are not handed on to it.");
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0-255", "that of the command; 128 + n if signal n ended it");
    codes.put("0, 1", "without a command: the dry-run passed, or was refused");
    codes.put("124", "the time limit was exceeded");
    codes.put("125", "the registry itself failed before the command ran, or was misused");
    codes.put("126", "the command cannot be executed");
    codes.put("127", "the command was not found");
    codes.put("141", "output pipe closed");
    codes.put("143", "the run was cancelled");
    return codes;
  }
}
