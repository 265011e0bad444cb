package dev.runregistry.cli;

import dev.runregistry.cli.run.DescriptionOptions;
import dev.runregistry.cli.run.RunOptions;
import dev.runregistry.cli.run.SplitArguments;
import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Finds a command before the {@code --} of a run. It has options of its own, so it is looked for
 * before picocli takes these for unknown ones of ours.
 */
final class StrayWords {
  private StrayWords() {}

  /**
   * Returns the error for the first word that is neither an option nor the value of one; empty if
   * there is none, or if an unknown option or a request for help comes before it.
   */
  static Optional<UsageException> errorIn(CommandSpec command, SplitArguments arguments) {
    List<String> words = arguments.options();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.length() < 2 || word.charAt(0) != '-') {
        List<String> stray = from(i, arguments);
        return Optional.of(
            afterValue(command, arguments, i).orElseGet(() -> RunOptions.unexpected(stray)));
      }
      int values = valuesAfter(command, word);
      if (values < 0) { // the rest of --slurm-options, or left to picocli
        return isOptions(command, words, i) ? afterValue(command, arguments, i) : Optional.empty();
      }
      i += values;
    }
    return Optional.empty();
  }

  /** Returns the error for an option {@code KEY=VALUE} of a parsed command that has no value. */
  static Optional<String> wrongTag(CommandSpec command) {
    return command.options().stream()
        .filter(option -> option.paramLabel().equals("KEY=VALUE"))
        .map(OptionSpec::<Object>getValue)
        .flatMap(value -> value instanceof List<?> all ? all.stream() : Stream.empty())
        .map(String::valueOf)
        .filter(tag -> tag.indexOf('=') < 0)
        .findFirst()
        .map(tag -> String.valueOf(DescriptionOptions.notATag(tag).getMessage()));
  }

  /** Returns the error if the word is likely the rest of the value of the option before it. */
  private static Optional<UsageException> afterValue(
      CommandSpec command, SplitArguments arguments, int place) {
    List<String> words = arguments.options();
    OptionSpec option = place < 2 ? null : command.findOption(words.get(place - 2));
    if (option == null || !hasValue(option)) {
      return Optional.empty();
    }
    String value = words.get(place - 1);
    if (option.paramLabel().equals("KEY=VALUE") && value.indexOf('=') < 0) {
      return Optional.of(DescriptionOptions.notATag(value));
    }
    if (!arguments.hasCommand()) {
      return Optional.empty(); // the word can be a command
    }
    List<String> parts =
        words.subList(place - 1, words.size()).stream()
            .takeWhile(part -> !part.startsWith("-") || find(command, part) == null)
            .toList();
    String name = words.get(place - 2);
    String hint =
        option.paramLabel().equals("NAMES")
            ? "names are comma-separated: " + name + " " + String.join(",", parts)
            : "quote a value with blanks: " + name + " " + quoted(String.join(" ", parts));
    return Optional.of(
        new UsageException(
            TerminalText.line(
                "unexpected '%s' after %s %s; %s".formatted(words.get(place), name, value, hint))));
  }

  /**
   * Returns whether the word is an option of another program, whose options the one before takes.
   */
  private static boolean isOptions(CommandSpec command, List<String> words, int place) {
    OptionSpec option = place < 2 ? null : command.findOption(words.get(place - 2));
    return option != null
        && option.paramLabel().equals("OPTIONS")
        && find(command, words.get(place)) == null;
  }

  private static @Nullable OptionSpec find(CommandSpec command, String word) {
    int equals = word.indexOf('=');
    return command.findOption(equals < 0 ? word : word.substring(0, equals));
  }

  private static String quoted(String word) {
    return CommandLineFormat.of(List.of(word));
  }

  private static List<String> from(int place, SplitArguments arguments) {
    List<String> words =
        new ArrayList<>(arguments.options().subList(place, arguments.options().size()));
    if (arguments.hasCommand()) {
      words.add("--");
      words.addAll(arguments.command());
    }
    return words;
  }

  /**
   * Returns the number of words after an option that are its value; -1 if picocli has to parse it.
   */
  private static int valuesAfter(CommandSpec command, String word) {
    if (word.startsWith("--")) {
      OptionSpec option = find(command, word);
      boolean isValueAfter = option != null && hasValue(option) && word.indexOf('=') < 0;
      return option == null || isHelp(option) ? -1 : isValueAfter ? 1 : 0;
    }
    for (int i = 1; i < word.length(); i++) { // short ones can be joined, the last with its value
      OptionSpec option = command.findOption("-" + word.charAt(i));
      if (option == null || isHelp(option)) {
        return -1;
      }
      if (hasValue(option)) {
        return i + 1 < word.length() ? 0 : 1;
      }
    }
    return 0;
  }

  private static boolean isHelp(OptionSpec option) {
    return option.usageHelp() || option.versionHelp();
  }

  private static boolean hasValue(OptionSpec option) {
    return option.arity().max() > 0;
  }
}
