package dev.runregistry.cli.completion;

import dev.runregistry.cli.console.Console;
import dev.runregistry.cli.console.Version;
import dev.runregistry.cli.text.UsageException;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code registry completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    description = "Print a shell completion script.",
    footer = {
      "%nbash  source <(registry completion bash)",
      "zsh   autoload -U compinit && compinit && source <(registry completion zsh)",
      "fish  registry completion fish | source"
    })
public final class CompletionCommand implements Callable<Integer> {
  /** A shell that completes. */
  public enum Shell {
    bash,
    zsh,
    fish
  }

  private final Console caller;
  private final Supplier<CommandLine> commands;

  @Parameters(
      paramLabel = "SHELL",
      arity = "0..1",
      description = "One of ${COMPLETION-CANDIDATES} (default: that of $SHELL).")
  private @Nullable Shell shell;

  public CompletionCommand(Console caller, Supplier<CommandLine> commands) {
    this.caller = caller;
    this.commands = commands;
  }

  @Override
  public Integer call() {
    CompletionModel model = CompletionModel.of(commands.get());
    caller
        .out()
        .print(
            switch (shell == null ? usual() : shell) {
              case bash -> new BashCompletion(model).script();
              case zsh -> new ZshCompletion(model).script();
              case fish -> new FishCompletion(model).script();
            });
    return 0;
  }

  /** The shell that the caller logs in to. */
  private Shell usual() {
    String path = caller.environment().getOrDefault("SHELL", "");
    String name = path.substring(path.lastIndexOf('/') + 1);
    return Arrays.stream(Shell.values())
        .filter(known -> known.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new UsageException("name a shell: bash, zsh or fish"));
  }
}
