package dev.runregistry.cli.run;

import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.options.SettingsOptions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What {@code registry run} takes, as picocli and the reader of its help need it. Described by
 * calls, not by annotations: finding those by reflection would delay every run by 30 ms.
 */
public final class RunHelp {
  public static final String LOG_LIMIT =
      "How long each of the two logs may become: 64M, 500MB, 10GiB, none; 10GiB. What is printed"
          + " beyond that is counted and not kept.";
  public static final String ENV_ALLOW =
      "Variables to record with the run, with commas; * at the end of one stands for anything."
          + " 'none' for none; 'registry config' shows the default.";

  private final CommandSpec run;

  private RunHelp(CommandSpec run) {
    this.run = run;
  }

  /** Describes the command. */
  public static void addTo(CommandSpec run) {
    RunHelp help = new RunHelp(run);
    help.addSubject();
    help.addTraining();
    help.addEnvironment();
    help.addText();
  }

  private void addSubject() {
    text("KEY", "The data set, or a label for a command (default: none).", "-d", "--dataset");
    text("MODEL", "The model, or a label (default: none).", "-m", "--model");
    flag("Train: check the data set, then start the configured command on it.", "--local");
    text(
        "TIME",
        "End the run after that time: 10s, 5m, 1h30m, 2d; a number alone is seconds (default: never).",
        "--timeout");
    text("TIME", "Grace period between SIGTERM and SIGKILL (default: 10s).", "--kill-after");
    flag(
        "Leave alone what the command leaves behind, such as a server that it started.",
        "--keep-children");
    flag(
        "Print the finished run as one JSON document; what the command prints goes to stderr.",
        "--json");
    flag("Say nothing about the run itself.", "-q", "--quiet");
    run.addPositional( // only to say that a command stands after the --
        PositionalParamSpec.builder()
            .type(List.class)
            .auxiliaryTypes(String.class)
            .arity("0..*")
            .hidden(true)
            .build());
  }

  private void addTraining() {
    text("DIR", "Where the data sets are (default: ./datasets).", "--datasets");
    text("DIR", "Where the training puts its results.", "--output-dir");
    number(Double.class, "RATE", "Above 0, at most 1 (default: 2e-5).", "--learning-rate");
    number(Double.class, "DECAY", "0 to 1 (default: 0.01).", "--weight-decay");
    number(Integer.class, "N", "1 to 100 (default: 3).", "--epochs");
    number(Integer.class, "N", "1 to 512 (default: 8).", "--batch-size");
    number(Integer.class, "N", "128 to 32768 (default: 2048).", "--max-seq-length");
    run.addOption(
        OptionSpec.builder("--device")
            .type(String.class)
            .paramLabel("DEVICE")
            .completionCandidates(List.of("auto", "cpu", "cuda"))
            .description("auto, cpu or cuda (default: auto).")
            .build());
  }

  private void addEnvironment() {
    text("SIZE", LOG_LIMIT, "--log-limit");
    text("NAMES", ENV_ALLOW, "--env-allow");
    text("DIR", SettingsOptions.HOME, "--home");
    text("URL", SettingsOptions.DB, "--db");
    text("FILE", SettingsOptions.CONFIG, "--config");
    flag(SettingsOptions.VERBOSE, "-v", "--verbose");
    run.addOption(
        OptionSpec.builder("-h", "--help").usageHelp(true).description("Show this help.").build());
    run.addOption(
        OptionSpec.builder("-V", "--version")
            .versionHelp(true)
            .description("Show the version.")
            .build());
    run.versionProvider(Version.provider());
  }

  private void text(String label, String description, String... names) {
    number(String.class, label, description, names);
  }

  private void number(Class<?> type, String label, String description, String... names) {
    run.addOption(
        OptionSpec.builder(names).type(type).paramLabel(label).description(description).build());
  }

  private void flag(String description, String... names) {
    run.addOption(OptionSpec.builder(names).type(boolean.class).description(description).build());
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
            "%nRuns CMD and records the run: its output is shown as it comes, its exit code is ours."
                + " All that follows -- is the command's, as it is. Without a command a dry-run"
                + " checks the data set; with --local the configured command is started on it"
                + " (key 'command': a JSON array of strings, or plain words without quotes;"
                + " {config} stands for the path of the training configuration).%n")
        .exitCodeListHeading("%nExit codes:%n")
        .exitCodeList(exitCodes())
        .footer(
            "%nSIGINT, SIGTERM and SIGHUP go on to the run, the second time as SIGKILL; it is"
                + " recorded before we exit. The variables REGISTRY_DB_PASSWORD and"
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
