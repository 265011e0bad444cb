package dev.runregistry.cli;

import dev.runregistry.cli.options.Suggestions;
import dev.runregistry.cli.run.SplitArguments;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/** Handles the errors of a command that picocli has parsed, and those of parsing. */
final class PicocliErrorHandler implements IParameterExceptionHandler, IExecutionExceptionHandler {
  private final ExitCodes exit;

  PicocliErrorHandler(ExitCodes exit) {
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
    CommandSpec command = e.getCommandLine().getCommandSpec();
    Optional<String> wrongTag = StrayWords.wrongTag(command);
    String message = wrongTag.orElse(String.valueOf(e.getMessage()));
    List<String> details = new ArrayList<>();
    if (wrongTag.isEmpty() && e instanceof UnmatchedArgumentException unmatched) {
      Suggestions suggestions = new Suggestions(unmatched);
      message = suggestions.message();
      suggestions.line().ifPresent(details::add);
    }
    details.add("Try '%s --help'.".formatted(command.qualifiedName()));
    exit.print(new ErrorDocument("usage_error", message, details));
    return exit.codes().usage();
  }

  @Override
  public int handleExecutionException(Exception e, CommandLine command, ParseResult parsed) {
    return exit.failed(e);
  }
}
