package dev.runregistry.cli;

import dev.runregistry.cli.run.SplitArguments;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Finds a command before the {@code --} of a run. It has options of its own, so it is looked for
 * before picocli takes these for unknown ones of ours.
 */
final class StrayWords {
  private StrayWords() {}

  /**
   * Returns all words from the first that is neither an option nor the value of one, as a program
   * would be started whose options end there; empty where there is none, or where an unknown option
   * or a request for help comes before it.
   */
  static List<String> in(CommandSpec command, SplitArguments arguments) {
    List<String> words = arguments.options();
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (word.length() < 2 || word.charAt(0) != '-') {
        return from(i, arguments);
      }
      int values = valuesAfter(command, word);
      if (values < 0) {
        return List.of();
      }
      i += values;
    }
    return List.of();
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
      int equals = word.indexOf('=');
      OptionSpec option = command.findOption(equals < 0 ? word : word.substring(0, equals));
      return option == null || isHelp(option) ? -1 : hasValue(option) && equals < 0 ? 1 : 0;
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
