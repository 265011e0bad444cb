package dev.runregistry.cli.completion;

import dev.runregistry.cli.completion.CompletionModel.Kind;
import dev.runregistry.cli.completion.CompletionModel.Word;
import dev.runregistry.cli.list.ListFormat;
import dev.runregistry.cli.list.ListOptions;
import dev.runregistry.cli.run.RunOptions;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunReason;
import dev.runregistry.run.RunStatus;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** The values that are always the same. */
public final class CompletionWords {
  private CompletionWords() {}

  /** Returns the kinds that have some, with these. */
  public static Map<Kind, List<String>> all(CompletionModel model) {
    Map<Kind, List<String>> all = new EnumMap<>(Kind.class);
    for (Kind kind : Kind.values()) {
      List<String> words = of(kind, model);
      if (!words.isEmpty()) {
        all.put(kind, words);
      }
    }
    return all;
  }

  /** Returns all values of that kind; empty where the shell or the registry has to be asked. */
  public static List<String> of(Kind kind, CompletionModel model) {
    return switch (kind) {
      case STATUS -> Arrays.stream(RunStatus.values()).map(RunStatus::text).toList();
      case MODE -> Arrays.stream(RunMode.values()).map(RunMode::text).toList();
      case REASON -> Arrays.stream(RunReason.values()).map(RunReason::text).toList();
      case FORMAT -> Arrays.stream(ListFormat.values()).map(ListFormat::text).toList();
      case ORDER -> ListOptions.FIELDS;
      case COLOR -> ListOptions.COLORS;
      case SIGNAL -> RunOptions.STOP_SIGNALS.stream().map(Enum::name).toList();
      case SHELL -> Arrays.stream(CompletionCommand.Shell.values()).map(Enum::name).toList();
      case COMMAND -> model.root().subcommands().stream().map(Word::name).toList();
      case TEXT, FILE, DIRECTORY, DATASET, RUN -> List.of();
    };
  }
}
