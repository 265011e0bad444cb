package dev.runregistry.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** Completion for the fish shell, which picocli does not have: made from the same model. */
final class FishCompletion {
  private final String program;
  private final CommandLine root;
  private final List<String> lines = new ArrayList<>();

  FishCompletion(String program, CommandLine root) {
    this.program = program;
    this.root = root;
  }

  /** The script. */
  String script() {
    lines.add("# completion of " + program + " for fish");
    lines.add("complete -c " + program + " -e"); // what was known before
    add(root.getCommandSpec(), List.of());
    return String.join("\n", lines) + "\n";
  }

  private void add(CommandSpec command, List<String> path) {
    Map<String, CommandLine> subcommands = command.subcommands();
    String here = condition(path, subcommands);
    subcommands.forEach(
        (name, subcommand) ->
            addLine(here, "-f -a " + name, description(subcommand.getCommandSpec())));
    command.options().stream()
        .filter(option -> !option.hidden())
        .forEach(option -> addLine(here, words(option), first(option.description())));
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      if (parameter.completionCandidates() != null) {
        parameter
            .completionCandidates()
            .forEach(candidate -> addLine(here, "-f -a " + candidate, ""));
      }
    }
    subcommands.forEach(
        (name, subcommand) -> {
          List<String> below = new ArrayList<>(path);
          below.add(name);
          add(subcommand.getCommandSpec(), below);
        });
  }

  /** All names of the path have been typed, and none of a subcommand. */
  private static String condition(List<String> path, Map<String, CommandLine> subcommands) {
    StringJoiner condition = new StringJoiner("; and ");
    path.forEach(name -> condition.add("__fish_seen_subcommand_from " + name));
    if (!subcommands.isEmpty()) {
      condition.add("not __fish_seen_subcommand_from " + String.join(" ", subcommands.keySet()));
    }
    return condition.toString();
  }

  private static String words(OptionSpec option) {
    StringJoiner words = new StringJoiner(" ");
    for (String name : option.names()) {
      words.add(name.startsWith("--") ? "-l " + name.substring(2) : "-s " + name.substring(1));
    }
    if (option.arity().max() > 0) {
      words.add("-r");
    }
    return words.toString();
  }

  private void addLine(String condition, String words, String description) {
    String line = "complete -c " + program;
    line += condition.isEmpty() ? "" : " -n " + quoted(condition);
    line += " " + words;
    lines.add(description.isEmpty() ? line : line + " -d " + quoted(description));
  }

  private static String description(CommandSpec command) {
    String[] header = command.usageMessage().header();
    return first(header.length > 0 ? header : command.usageMessage().description());
  }

  private static String first(String[] description) {
    if (description.length == 0) {
      return "";
    }
    String text = description[0].replace("%n", "").strip();
    int end = text.indexOf(". ");
    return end < 0 ? text : text.substring(0, end + 1); // a line of a menu has little room
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
