package dev.runregistry.cli;

import dev.runregistry.cli.CommandExit.Codes;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/** The {@code registry} command, from its arguments to its exit code. */
final class Program {
  private final Caller caller;
  private final SignalRelay signals;

  Program(Caller caller, SignalRelay signals) {
    this.caller = caller;
    this.signals = signals;
  }

  /** Tells what is wrong with the arguments and returns the exit code for it. */
  int refuse(String problem, String... arguments) {
    caller.say(problem);
    return codes(arguments).usage();
  }

  private static Codes codes(String... arguments) {
    return isRun(arguments)
        ? Codes.OF_RUN
        : begins("verify", arguments) ? Codes.OF_VERIFY : Codes.USUAL;
  }

  private static boolean isRun(String... arguments) {
    return begins("run", arguments);
  }

  private static boolean begins(String command, String... arguments) {
    return arguments.length > 0 && arguments[0].equals(command);
  }

  /** Runs the command that the arguments name and returns its exit code. */
  int execute(String... arguments) {
    NativeLibrary.use();
    if (isRun(arguments)) {
      return executeRun(List.of(arguments).subList(1, arguments.length));
    }
    CommandLine all = commands().setExecutionStrategy(new LastCommand());
    return new CommandExit(caller, codes(arguments)).of(all, arguments);
  }

  /** A run has to start soon: it meets no other command, and its own is not found by reflection. */
  private int executeRun(List<String> arguments) {
    RunArguments split = RunArguments.of(arguments);
    CommandLine run = configured(RunCommand.commandLine("registry run", caller, signals, split));
    return new CommandExit(caller, Codes.OF_RUN).of(run, split.options().toArray(new String[0]));
  }

  /** All commands, for everything but a run. */
  CommandLine commands() {
    CommandLine all = new CommandLine(new RegistryCommand());
    all.addSubcommand(
        "run", RunCommand.commandLine("run", caller, signals, RunArguments.of(List.of())));
    all.addSubcommand(
        "runs",
        new CommandLine(new RunsCommand(caller))
            .addSubcommand("list", new RunsListCommand(caller))
            .addSubcommand("show", new RunsShowCommand(caller))
            .addSubcommand("logs", new RunsLogsCommand(caller))
            .addSubcommand("prune", new RunsPruneCommand(caller)));
    all.addSubcommand("serve", new ServeCommand(caller, signals));
    all.addSubcommand("migrate", new MigrateCommand(caller));
    all.addSubcommand("reconcile", new ReconcileCommand(caller));
    all.addSubcommand("verify", new VerifyCommand(caller));
    all.addSubcommand("config", new ConfigCommand(caller));
    all.addSubcommand("completion", new CompletionCommand(caller, this::commands));
    return configured(all);
  }

  private CommandLine configured(CommandLine commands) {
    Ansi colours = caller.terminal().hasColour() ? Ansi.ON : Ansi.OFF;
    return commands
        .setExpandAtFiles(false) // an argument that begins with @ is an argument
        .setCaseInsensitiveEnumValuesAllowed(false)
        .setColorScheme(CommandLine.Help.defaultColorScheme(colours))
        .setOut(
            new PrintWriter(
                new OutputStreamWriter(caller.out().forgiving(), StandardCharsets.UTF_8), true))
        .setErr(new PrintWriter(caller.err(), true, StandardCharsets.UTF_8))
        .setUsageHelpWidth(100);
  }
}
