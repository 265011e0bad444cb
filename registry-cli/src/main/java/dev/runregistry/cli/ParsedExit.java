package dev.runregistry.cli;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** What went wrong in a command that picocli has read, or already in its reading. */
final class ParsedExit implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final Caller caller;
  private final CommandExit exit;

  ParsedExit(Caller caller, CommandExit exit) {
    this.caller = caller;
    this.exit = exit;
  }

  /** Executes the command to its end. */
  int of(CommandLine command, String... arguments) {
    command.setParameterExceptionHandler(this);
    command.setExecutionExceptionHandler(this);
    return exit.of(() -> command.execute(arguments));
  }

  @Override
  public int handleParseException(ParameterException e, String[] arguments) {
    caller.say(Printable.line(String.valueOf(e.getMessage())));
    UnmatchedArgumentException.printSuggestions(e, e.getCommandLine().getErr());
    caller.err().printf("Try '%s --help'.%n", e.getCommandLine().getCommandSpec().qualifiedName());
    return exit.codes().usage();
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return exit.failed(e);
  }
}
