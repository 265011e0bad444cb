package dev.runregistry.cli;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.options.Suggestions;
import dev.runregistry.cli.run.RunArguments;
import dev.runregistry.cli.run.RunOptions;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What went wrong in a command that picocli has read, or already in its reading. */
final class PicocliErrorHandler implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Console caller;
  private final ExitCodes exit;

  PicocliErrorHandler(Console caller, ExitCodes exit) {
    this.caller = caller;
    this.exit = exit;
  }

  /** Executes the command to its end. */
  int of(CommandLine command, String... arguments) {
    command.setParameterExceptionHandler(this);
    command.setExecutionExceptionHandler(this);
    return exit.of(() -> command.execute(arguments));
  }

  /** Executes a run to its end, unless its command stands before the {@code --}. */
  int ofRun(CommandLine command, RunArguments arguments) {
    List<String> strays = StrayWords.in(command.getCommandSpec(), arguments);
    return strays.isEmpty()
        ? of(command, arguments.options().toArray(new String[0]))
        : exit.failed(RunOptions.unexpected(strays));
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    if (e instanceof UnmatchedArgumentException unmatched) {
      Suggestions suggestions = new Suggestions(unmatched);
      caller.say(suggestions.message());
      suggestions.line().ifPresent(caller.err()::println);
    } else {
      caller.say(String.valueOf(e.getMessage()));
    }
    caller.err().printf("Try '%s --help'.%n", e.getCommandLine().getCommandSpec().qualifiedName());
    return exit.codes().usage();
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return exit.failed(e);
  }
}
