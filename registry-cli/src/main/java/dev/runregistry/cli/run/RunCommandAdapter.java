package dev.runregistry.cli.run;

import dev.runregistry.cli.options.PicocliOptions;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** {@code registry run}, when picocli has to read its options. */
public final class RunCommandAdapter implements Callable<Integer> {
  private final RunCommand command;
  private final CommandSpec spec = CommandSpec.wrapWithoutInspection(this);

  private RunCommandAdapter(RunCommand command) {
    this.command = command;
  }

  /** The command, ready to parse what comes before the {@code --}. */
  public static CommandLine of(String name, RunCommand command) {
    RunCommandAdapter line = new RunCommandAdapter(command);
    RunCommandSpec.addTo(line.spec.name(name));
    return new CommandLine(line.spec);
  }

  @Override
  public Integer call() {
    return command.run(new PicocliOptions(spec.commandLine().getParseResult()));
  }
}
