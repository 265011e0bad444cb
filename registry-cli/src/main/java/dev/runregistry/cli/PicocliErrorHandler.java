package dev.runregistry.cli;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.options.Suggestions;
import dev.runregistry.cli.run.SplitArguments;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Handles the errors of a command that picocli has parsed, and those of parsing. */
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
  int ofRun(CommandLine command, SplitArguments arguments) {
    return StrayWords.errorIn(command.getCommandSpec(), arguments)
        .map(exit::failed)
        .orElseGet(() -> of(command, arguments.options().toArray(new String[0])));
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    Optional<String> wrongTag = StrayWords.wrongTag(e.getCommandLine().getCommandSpec());
    if (wrongTag.isPresent()) {
      caller.say(wrongTag.get());
    } else if (e instanceof UnmatchedArgumentException unmatched) {
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
