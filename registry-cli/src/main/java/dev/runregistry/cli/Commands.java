package dev.runregistry.cli;

import dev.runregistry.cli.ExitCodes.Codes;
import dev.runregistry.cli.backup.BackupCommand;
import dev.runregistry.cli.backup.RestoreCommand;
import dev.runregistry.cli.completion.CompletionCommand;
import dev.runregistry.cli.completion.CompletionValuesCommand;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.diff.DiffCommand;
import dev.runregistry.cli.doctor.DoctorCommand;
import dev.runregistry.cli.hosts.HostsCommand;
import dev.runregistry.cli.hosts.HostsListCommand;
import dev.runregistry.cli.hosts.HostsRetireCommand;
import dev.runregistry.cli.options.GroupedCommandList;
import dev.runregistry.cli.options.StrictExecutionStrategy;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.queue.QueueCommand;
import dev.runregistry.cli.queue.QueueDispatchCommand;
import dev.runregistry.cli.queue.QueuePauseCommand;
import dev.runregistry.cli.queue.QueueResumeCommand;
import dev.runregistry.cli.queue.QueueStatusCommand;
import dev.runregistry.cli.queue.RerunCommand;
import dev.runregistry.cli.queue.SubmitCommand;
import dev.runregistry.cli.queue.SubmitCommandAdapter;
import dev.runregistry.cli.run.RunCommand;
import dev.runregistry.cli.run.RunCommandAdapter;
import dev.runregistry.cli.run.SplitArguments;
import dev.runregistry.cli.runs.CancelCommand;
import dev.runregistry.cli.runs.RunsCommand;
import dev.runregistry.cli.runs.RunsListCommand;
import dev.runregistry.cli.runs.RunsLogsCommand;
import dev.runregistry.cli.runs.RunsPruneCommand;
import dev.runregistry.cli.runs.RunsShowCommand;
import dev.runregistry.cli.runs.WaitCommand;
import dev.runregistry.cli.serve.ServeCommand;
import dev.runregistry.cli.transfer.ExportCommand;
import dev.runregistry.cli.transfer.ImportCommand;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;

/**
 * The commands, as picocli parses and documents them.
 *
 * <p>Here and in other classes without a picocli type above them, nothing is made that is handed on
 * as a type of picocli or thrown: the JVM would have to look at that type when it links the class,
 * which for one from an archive is at every start, and picocli's own class files are too old for
 * one.
 */
final class Commands {
  private final Console caller;
  private final SignalRelay signals;

  Commands(Console caller, SignalRelay signals) {
    this.caller = caller;
    this.signals = signals;
  }

  /** Executes the command that the arguments name and returns its exit code. */
  int execute(String... arguments) {
    CommandLine all = all().setExecutionStrategy(StrictExecutionStrategy.strategy());
    return exit(Codes.of(arguments)).of(all, arguments);
  }

  /** Executes a run, which does not have to meet the other commands. */
  int executeRun(SplitArguments arguments) {
    return exit(codes("run", arguments)).ofRun(run(arguments), arguments);
  }

  /** Executes a submission, which does not have to meet the other commands. */
  int executeSubmit(SplitArguments arguments) {
    return exit(codes("submit", arguments)).ofRun(submit(arguments), arguments);
  }

  private static Codes codes(String command, SplitArguments arguments) {
    return Codes.of(
        Stream.concat(Stream.of(command), arguments.options().stream()).toArray(String[]::new));
  }

  private CommandLine submit(SplitArguments arguments) {
    return configured(submit("registry submit", arguments));
  }

  private CommandLine submit(String name, SplitArguments arguments) {
    return SubmitCommandAdapter.of(name, new SubmitCommand(caller, arguments));
  }

  /** The command of a run alone. */
  CommandLine run(SplitArguments arguments) {
    return configured(run("registry run", arguments));
  }

  private PicocliErrorHandler exit(Codes codes) {
    return new PicocliErrorHandler(new ExitCodes(caller, codes));
  }

  private CommandLine run(String name, SplitArguments arguments) {
    return RunCommandAdapter.of(name, new RunCommand(caller, signals, arguments));
  }

  private CommandLine all() {
    CommandLine all = new CommandLine(new RegistryCommand());
    all.addSubcommand("run", run("run", SplitArguments.of(List.of())));
    all.addSubcommand("submit", submit("submit", SplitArguments.of(List.of())));
    all.addSubcommand("rerun", new RerunCommand(caller));
    all.addSubcommand(
        "queue",
        new CommandLine(new QueueCommand(caller))
            .addSubcommand("status", new QueueStatusCommand(caller))
            .addSubcommand("pause", new QueuePauseCommand(caller))
            .addSubcommand("resume", new QueueResumeCommand(caller))
            .addSubcommand("dispatch", new QueueDispatchCommand(caller)));
    all.addSubcommand(
        "runs",
        new CommandLine(new RunsCommand(caller))
            .addSubcommand("list", new RunsListCommand(caller))
            .addSubcommand("show", new RunsShowCommand(caller))
            .addSubcommand("logs", new RunsLogsCommand(caller))
            .addSubcommand("prune", new RunsPruneCommand(caller)));
    all.addSubcommand("diff", new DiffCommand(caller));
    all.addSubcommand("export", new ExportCommand(caller));
    all.addSubcommand("import", new ImportCommand(caller));
    all.addSubcommand("backup", new BackupCommand(caller));
    all.addSubcommand("restore", new RestoreCommand(caller));
    all.addSubcommand(
        "hosts",
        new CommandLine(new HostsCommand(caller))
            .addSubcommand("list", new HostsListCommand(caller))
            .addSubcommand("retire", new HostsRetireCommand(caller)));
    all.addSubcommand("cancel", new CancelCommand(caller));
    all.addSubcommand("wait", new WaitCommand(caller));
    all.addSubcommand("serve", new ServeCommand(caller, signals));
    all.addSubcommand("migrate", new MigrateCommand(caller));
    all.addSubcommand("reconcile", new ReconcileCommand(caller));
    all.addSubcommand("verify", new VerifyCommand(caller));
    all.addSubcommand("doctor", new DoctorCommand(caller));
    all.addSubcommand("config", new ConfigCommand(caller));
    all.addSubcommand("completion", new CompletionCommand(caller, this::all));
    all.addSubcommand("completion-values", new CompletionValuesCommand(caller));
    GroupedCommandList.addTo(all.getCommandSpec(), RegistryCommand.groups());
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
                new OutputStreamWriter(caller.out().swallowingErrors(), StandardCharsets.UTF_8),
                true))
        .setErr(new PrintWriter(caller.err(), true, StandardCharsets.UTF_8))
        .setUsageHelpWidth(100);
  }
}
