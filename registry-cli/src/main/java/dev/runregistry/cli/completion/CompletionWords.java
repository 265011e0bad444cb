package dev.runregistry.cli.completion;

import dev.runregistry.cli.completion.CompletionModel.Kind;
import dev.runregistry.cli.completion.CompletionModel.Word;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunStatus;
import java.util.Arrays;
import java.util.List;

/** The values that are always the same. */
public final class CompletionWords {
  private CompletionWords() {}

  /** Returns all values of that kind; empty where the shell or the registry has to be asked. */
  public static List<String> of(Kind kind, CompletionModel model) {
    return switch (kind) {
      case STATUS -> Arrays.stream(RunStatus.values()).map(RunStatus::text).toList();
      case MODE -> Arrays.stream(RunMode.values()).map(RunMode::text).toList();
      case SHELL -> Arrays.stream(CompletionCommand.Shell.values()).map(Enum::name).toList();
      case COMMAND -> model.root().subcommands().stream().map(Word::name).toList();
      case TEXT, FILE, DIRECTORY, DATASET, RUN -> List.of();
    };
  }
}
