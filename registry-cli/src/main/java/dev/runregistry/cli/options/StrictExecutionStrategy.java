package dev.runregistry.cli.options;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionStrategy;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;

/**
 * Executes the last command named, and refuses options of a command before it: that is not
 * executed, so they would be passed over in silence, and {@code runs --db URL list} would read
 * another database.
 */
public final class StrictExecutionStrategy implements IExecutionStrategy {
  private final IExecutionStrategy last = new RunLast();

  private StrictExecutionStrategy() {}

  /** A new one, as picocli takes it. */
  public static IExecutionStrategy strategy() {
    return new StrictExecutionStrategy();
  }

  @Override
  public int execute(ParseResult parsed) {
    for (ParseResult command = parsed; command.hasSubcommand(); command = command.subcommand()) {
      refuseOptions(command, command.subcommand());
    }
    return last.execute(parsed);
  }

  private static void refuseOptions(ParseResult before, ParseResult after) {
    List<OptionSpec> given = before.matchedOptions();
    CommandLine command = after.commandSpec().commandLine();
    if (!given.isEmpty() && given.stream().noneMatch(StrictExecutionStrategy::asksForHelp)) {
      throw new ParameterException(
          command,
          "put %s after '%s'".formatted(given.get(0).longestName(), command.getCommandName()));
    }
  }

  private static boolean asksForHelp(OptionSpec option) {
    return option.usageHelp() || option.versionHelp();
  }
}
