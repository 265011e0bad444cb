package dev.runregistry.cli.options;

import dev.runregistry.cli.text.TerminalText;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.UnmatchedArgumentException;

/** Messages for words that are not a command or option, with the likely intended ones. */
public final class Suggestions {
  private static final int MOST_EDITS = 2;
  private static final Pattern ID = Pattern.compile("(?=.*[0-9])[0-9a-f-]{4,36}");

  private static final String CANCEL = "to cancel a run: registry cancel ID";
  private static final String RERUN = "to submit the request of a run again: registry rerun ID";
  private static final String COMPARE = "to compare two runs: registry diff ID ID";
  private static final String DELETE =
      "runs are never deleted; 'registry runs prune' frees their logs";
  private static final String SEARCH = "to search runs: registry runs --grep TEXT";

  /** Commands that people expect and that are not there, or have another name. */
  private static final Map<String, String> NOT_THERE =
      Map.ofEntries(
          Map.entry("cancel", CANCEL),
          Map.entry("stop", CANCEL),
          Map.entry("kill", CANCEL),
          Map.entry("rerun", RERUN),
          Map.entry("retry", RERUN),
          Map.entry("restart", RERUN),
          Map.entry("diff", COMPARE),
          Map.entry("compare", COMPARE),
          Map.entry("rm", DELETE),
          Map.entry("delete", DELETE),
          Map.entry("remove", DELETE),
          Map.entry("search", SEARCH),
          Map.entry("find", SEARCH),
          Map.entry("grep", SEARCH),
          Map.entry("wait", "to wait for a run: registry wait ID"),
          Map.entry(
              "attach",
              "attaching is not supported; 'registry runs logs -f ID' follows the output"),
          Map.entry("backup", "to back up the database: registry backup FILE"),
          Map.entry("dump", "to copy the finished runs: registry export > FILE"),
          Map.entry("exec", "to run a command: registry run -- CMD"),
          Map.entry("start", "to run a command: registry run -- CMD"),
          Map.entry("server", "to start the server: registry serve"));

  private static final String DETACH = "to run a command in the background: registry submit -- CMD";

  private static final Map<String, String> OPTIONS_OF_RUN =
      Map.of(
          "--detach", DETACH,
          "-b", DETACH,
          "--background", DETACH,
          "--dry-run", "a run without -- CMD and without --local is a dry run");

  private final CommandSpec command;
  private final String word;
  private final boolean option;

  /** Returns the message for the first word that was not matched. */
  public Suggestions(UnmatchedArgumentException e) {
    command = e.getCommandLine().getCommandSpec();
    word = e.getUnmatched().get(0);
    option = e.isUnknownOption();
  }

  /** Returns what is wrong, in one line. */
  public String message() {
    if (option) {
      String name = word.replaceFirst("=.*", "");
      return Optional.ofNullable(knownOptions().get(name))
          .orElse("unknown option '%s'".formatted(TerminalText.line(word)));
    }
    if (command.subcommands().isEmpty()) {
      return "unexpected argument '%s'".formatted(TerminalText.line(word));
    }
    return Optional.ofNullable(NOT_THERE.get(word))
        .orElse("unknown command '%s'".formatted(TerminalText.line(word)));
  }

  private Map<String, String> knownOptions() {
    return command.qualifiedName().equals("registry run") ? OPTIONS_OF_RUN : Map.of();
  }

  /** Returns a line with what was likely meant; empty where nothing is like the word. */
  public Optional<String> line() {
    if (option) {
      return knownOptions().containsKey(word) ? Optional.empty() : line(similarOptions());
    }
    if (command.subcommands().isEmpty() || NOT_THERE.containsKey(word)) {
      return Optional.empty();
    }
    if (command.name().equals("runs") && ID.matcher(word).matches()) {
      return Optional.of("To show a run: registry runs show " + word);
    }
    return line(similarCommands());
  }

  private static Optional<String> line(Set<String> meant) {
    return meant.isEmpty()
        ? Optional.empty()
        : Optional.of(meant.stream().collect(Collectors.joining("' or '", "Did you mean '", "'?")));
  }

  private Set<String> similarOptions() {
    return command.options().stream()
        .filter(known -> !known.hidden())
        .flatMap(known -> List.of(known.names()).stream())
        .filter(name -> name.startsWith("--") && isSimilar(word.replaceFirst("=.*", ""), name))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> similarCommands() {
    Set<String> meant = similarBelow(command);
    if (meant.isEmpty()) { // registry shwo: one level further down
      command
          .subcommands()
          .values()
          .forEach(below -> meant.addAll(similarBelow(below.getCommandSpec())));
    }
    return meant;
  }

  private Set<String> similarBelow(CommandSpec above) {
    Set<String> meant = new TreeSet<>();
    above
        .subcommands()
        .forEach(
            (name, below) -> {
              if (!below.getCommandSpec().usageMessage().hidden() && isSimilar(word, name)) {
                meant.add(above.qualifiedName() + " " + name);
              }
            });
    return meant;
  }

  /**
   * Returns whether a word is another one mistyped, or the beginning of it: at most two edits, and
   * no more than a third of the longer word.
   */
  public static boolean isSimilar(String typed, String known) {
    int edits = edits(typed, known);
    boolean begins = typed.length() > 1 && known.startsWith(typed) && !typed.startsWith("--");
    boolean alike = edits <= MOST_EDITS && 3 * edits <= Math.max(typed.length(), known.length());
    return begins || alike;
  }

  /** Returns the number of characters to insert, delete, replace or swap with their neighbour. */
  private static int edits(String one, String other) {
    int[][] edits = new int[one.length() + 1][other.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= other.length(); j++) {
        if (i == 0 || j == 0) {
          edits[i][j] = i + j;
          continue;
        }
        boolean same = one.charAt(i - 1) == other.charAt(j - 1);
        int fewest = Math.min(edits[i - 1][j], edits[i][j - 1]) + 1;
        fewest = Math.min(fewest, edits[i - 1][j - 1] + (same ? 0 : 1));
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          fewest = Math.min(fewest, edits[i - 2][j - 2] + 1);
        }
        edits[i][j] = fewest;
      }
    }
    return edits[one.length()][other.length()];
  }
}
