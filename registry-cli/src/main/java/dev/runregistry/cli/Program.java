package dev.runregistry.cli;

import dev.runregistry.cli.ExitCodes.Codes;
import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.options.CommandWords;
import dev.runregistry.cli.options.FastOptionParser;
import dev.runregistry.cli.options.OptionValues;
import dev.runregistry.cli.process.SignalRelay;
import dev.runregistry.cli.process.SqliteNativeLibrary;
import dev.runregistry.cli.run.RunCommand;
import dev.runregistry.cli.run.RunOption;
import dev.runregistry.cli.run.SplitArguments;
import java.util.List;
import java.util.Optional;

/** The {@code registry} command, from its arguments to its exit code. */
final class Program {
  private final Console caller;
  private final SignalRelay signals;

  Program(Console caller, SignalRelay signals) {
    this.caller = caller;
    this.signals = signals;
  }

  /** Prints the error in the arguments and returns its exit code. */
  int refuse(String problem, String... arguments) {
    ExitCodes exit = new ExitCodes(caller, Codes.of(arguments));
    exit.print(new ErrorDocument("usage_error", problem, List.of()));
    return exit.codes().usage();
  }

  private static boolean isRun(String... arguments) {
    return arguments.length > 0 && arguments[0].equals("run");
  }

  /** Runs the command that the arguments name and returns its exit code. */
  int execute(String... arguments) {
    SqliteNativeLibrary.configure();
    if (arguments.length > 0 && arguments[0].equals("submit")) {
      return new Commands(caller, signals)
          .executeSubmit(SplitArguments.of(List.of(arguments).subList(1, arguments.length)));
    }
    return isRun(arguments)
        ? executeRun(
            SplitArguments.of(List.of(arguments).subList(1, arguments.length)), Codes.of(arguments))
        : new Commands(caller, signals).execute(CommandWords.translated(arguments));
  }

  /** A run has to start soon: most need no picocli. */
  private int executeRun(SplitArguments arguments, Codes codes) {
    Optional<OptionValues> plain = FastOptionParser.of(RunOption.all(), arguments.options());
    if (plain.isEmpty()) {
      return new Commands(caller, signals).executeRun(arguments);
    }
    RunCommand run = new RunCommand(caller, signals, arguments);
    return new ExitCodes(caller, codes).of(() -> run.run(plain.get()));
  }
}
