package dev.runregistry.cli.options;

import dev.runregistry.cli.config.Setting;
import dev.runregistry.cli.config.Setting.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words of other programs for our commands, put into our own before anything reads them. */
public final class CommandWords {
  private static final Map<String, List<String>> COMMANDS =
      Map.ofEntries(
          Map.entry("list", List.of("runs", "list")),
          Map.entry("ls", List.of("runs", "list")),
          Map.entry("history", List.of("runs", "list")),
          Map.entry("status", List.of("runs", "list")),
          Map.entry("ps", List.of("runs", "list", "--status", "running")),
          Map.entry("show", List.of("runs", "show")),
          Map.entry("inspect", List.of("runs", "show")),
          Map.entry("logs", List.of("runs", "logs")),
          Map.entry("log", List.of("runs", "logs")),
          Map.entry("tail", List.of("runs", "logs")),
          Map.entry("follow", List.of("runs", "logs", "--follow")),
          Map.entry("prune", List.of("runs", "prune")),
          Map.entry("version", List.of("--version")));

  private static final Map<String, List<String>> COMMANDS_OF_RUNS =
      Map.of(
          "ls", List.of("list"),
          "ps", List.of("list", "--status", "running"),
          "log", List.of("logs"),
          "tail", List.of("logs"),
          "follow", List.of("logs", "--follow"));

  /** Options of a list whose value may be a negative number, which is refused then. */
  private static final Set<String> WITH_VALUE =
      Stream.concat(
              Stream.of(
                  "-n",
                  "--limit",
                  "--last",
                  "-d",
                  "--dataset",
                  "-s",
                  "--status",
                  "--mode",
                  "-m",
                  "--model",
                  "--exit",
                  "--grep",
                  "--since",
                  "--after",
                  "--until",
                  "--before",
                  "--sort",
                  "-o",
                  "--format"),
              Stream.concat(
                      Stream.of(Setting.CONFIG),
                      Setting.in(Scope.ALL).stream().map(Setting::option))
                  .flatMap(option -> option.names().stream()))
          .collect(Collectors.toUnmodifiableSet());

  private CommandWords() {}

  /** Returns the arguments in our own words; others are returned as they are. */
  public static String[] translated(String... arguments) {
    List<String> words = List.of(arguments);
    if (!words.isEmpty() && words.get(0).equals("help")) {
      words = ofHelp(words);
    } else {
      words = translated(words);
    }
    return words.toArray(String[]::new);
  }

  /** {@code help} takes one command; the help of one below it is asked for by an option. */
  private static List<String> ofHelp(List<String> arguments) {
    List<String> asked = arguments.subList(1, arguments.size());
    List<String> command = translated(asked);
    return command.equals(asked) && asked.size() < 2 ? arguments : withHelp(command);
  }

  private static List<String> withHelp(List<String> command) {
    List<String> words = new ArrayList<>(command);
    words.add("--help");
    return words;
  }

  /** Translates the words; {@code show -1} is the newest run. */
  private static List<String> translated(List<String> arguments) {
    List<String> words = replaced(arguments, 0, COMMANDS);
    if (words.isEmpty() || !words.get(0).equals("runs")) {
      return words;
    }
    if (words.size() > 1 && words.get(1).equals("help")) { // runs help, runs help logs
      words.remove(1);
      return withHelp(replaced(words, 1, COMMANDS_OF_RUNS));
    }
    words = replaced(words, 1, COMMANDS_OF_RUNS);
    if (words.size() > 1 && words.get(1).equals("show")) {
      words.replaceAll(word -> word.matches("-[1-9][0-9]{0,4}") ? "@" + word.substring(1) : word);
      return words;
    }
    boolean lists = words.size() < 2 || words.get(1).startsWith("-") || words.get(1).equals("list");
    return lists ? withLimit(words) : words;
  }

  private static List<String> replaced(
      List<String> arguments, int place, Map<String, List<String>> known) {
    List<String> words = new ArrayList<>(arguments);
    List<String> ours = words.size() > place ? known.get(words.get(place)) : null;
    if (ours != null) {
      words.remove(place);
      words.addAll(place, ours);
    }
    return words;
  }

  /** Expands {@code -5} in a list to {@code -n 5}, as in git log. */
  private static List<String> withLimit(List<String> arguments) {
    List<String> words = new ArrayList<>();
    String before = "";
    for (String word : arguments) {
      if (word.matches("-[1-9][0-9]{0,8}") && !WITH_VALUE.contains(before)) {
        words.add("-n");
        words.add(word.substring(1));
      } else {
        words.add(word);
      }
      before = word;
    }
    return words;
  }
}
