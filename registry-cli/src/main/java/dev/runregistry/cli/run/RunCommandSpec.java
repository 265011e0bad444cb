package dev.runregistry.cli.run;

import dev.runregistry.cli.config.OptionDefinition;
import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.GroupedOptionList;
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
  static void addTo(CommandSpec run) {
    addTo(run, Map.of());
  }

  /** Describes a command with more options, by their headings. */
  public static void addTo(CommandSpec run, Map<String, List<OptionDefinition>> more) {
    RunCommandSpec help = new RunCommandSpec(run);
    help.addOptions(more);
    help.addText();
  }

  private void addOptions(Map<String, List<OptionDefinition>> more) {
    Map<String, List<OptionDefinition>> groups = RunOption.groups();
    groups.putAll(more);
    groups.values().forEach(group -> group.forEach(this::add));
    add(Setting.VERBOSE);
    GroupedOptionList.addTo(run, groups);
    run.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this help.").build());
    run.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Show the version.")
            .build());
    run.versionProvider(Version.provider());
    run.addPositional( // for the message that a command follows the --
        PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("0..*")
            .hidden(true)
            .build());
  }

  private void add(OptionDefinition option) {
    run.addOption(OptionSpecs.of(option));
  }

  private void addText() {
    run.usageMessage()
        .sortOptions(false)
        .synopsisHeading("")
        .customSynopsis(
            "Usage: registry run [OPTIONS] -- CMD [ARG...]",
            "       registry run [OPTIONS] -d KEY",
            "       registry run [OPTIONS] -d KEY --local")
        .header("Run a command, a training or a dry run, and record it.", "")
        .description(
            "%nRuns CMD and records the run: streams its output and exits with its exit code."
                + " Everything after -- is passed to CMD unchanged. Without a command, a dry run"
                + " checks the dataset; with --local, the configured command is started on it"
                + " (setting 'command': a JSON array of strings, or plain words without quotes;"
                + " {config} is replaced by the path of the training configuration).",
            "%nExamples:",
            "  registry run -- python3 train.py --lr 1e-3",
            "  registry run --name baseline --tag seed=7 --timeout 2h -- python3 train.py",
            "  registry run -d arithmetic-traces             a dry run: validate the dataset",
            "  registry run -d arithmetic-traces -m gemma --local")
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exitCodes())
        .footer(
            "%nSIGINT, SIGTERM and SIGHUP are forwarded to the run; a second one sends SIGKILL. The run"
                + " is recorded before registry exits. Its environment has its ID in"
                + " RUN_REGISTRY_RUN_ID, and neither REGISTRY_DB_PASSWORD nor"
                + " REGISTRY_DB_PASSWORD_FILE.");
  }

  private static Map<String, String> exitCodes() {
    Map<String, String> codes = new LinkedHashMap<>();
    codes.put("0-255", "exit code of the command; 128 + n if signal n terminated it");
    codes.put("0, 1", "without a command: the dry run passed, or failed");
    codes.put("124", "the time limit was exceeded");
    codes.put("125", "the registry failed before the command ran, or a usage error");
    codes.put("126", "the command cannot be executed");
    codes.put("127", "the command was not found");
    codes.put("141", "stdout was closed (broken pipe)");
    codes.put("143", "the run was cancelled");
    return codes;
  }
}
