package dev.runregistry.cli;

import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code registry completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Prints a script that teaches a shell to complete our commands and options.",
    footer = {
      "%nbash  source <(registry completion bash)",
      "zsh   autoload -U compinit && compinit && source <(registry completion zsh)",
      "fish  registry completion fish | source"
    })
final class CompletionCommand implements Callable<Integer> {
  /** A shell that completes. */
  enum Shell {
    bash,
    zsh,
    fish
  }

  private final Caller caller;
  private final Supplier<CommandLine> commands;

  @Parameters(paramLabel = "SHELL", description = "One of ${COMPLETION-CANDIDATES}.")
  private Shell shell;

  CompletionCommand(Caller caller, Supplier<CommandLine> commands) {
    this.caller = caller;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    CommandLine all = commands.get();
    caller
        .out()
        .print(
            switch (shell) {
              case bash, zsh -> AutoComplete.bash("registry", all); // knows what to do in zsh
              case fish -> new FishCompletion("registry", all).script();
            });
    return 0;
  }
}
