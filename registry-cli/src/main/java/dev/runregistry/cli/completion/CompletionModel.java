package dev.runregistry.cli.completion;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The words that a shell completes, read from picocli's model of the commands.
 *
 * @param places all commands and subcommands, each before those below it
 */
public record CompletionModel(List<Place> places) {
  public CompletionModel {
    places = List.copyOf(places);
  }

  /** The kind of a value, which determines its completions. */
  public enum Kind {
    /** Anything, which nothing completes. */
    TEXT,
    FILE,
    DIRECTORY,
    STATUS,
    MODE,
    REASON,
    FORMAT,
    ORDER,
    COLOR,
    SIGNAL,
    /** The name of a dataset, for which the registry is asked. */
    DATASET,
    /** The id of a run, for which the registry is asked. */
    RUN,
    SHELL,
    COMMAND;

    /** Returns its name in the scripts. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }

    private static Kind of(ArgSpec argument) {
      String label = argument.paramLabel();
      if (argument.isPositional() && label.equals("COMMAND")) {
        return COMMAND;
      }
      return switch (label) {
        case "FILE" -> FILE;
        case "DIR" -> DIRECTORY;
        case "STATUS" -> STATUS;
        case "MODE" -> MODE;
        case "REASON" -> REASON;
        case "FORMAT" -> FORMAT;
        case "FIELD" -> ORDER;
        case "WHEN" -> COLOR;
        case "SIGNAL" -> SIGNAL;
        case "KEY" -> DATASET;
        case "ID" -> RUN;
        case "SHELL" -> SHELL;
        default -> TEXT;
      };
    }
  }

  /**
   * A word and what it does.
   *
   * @param description one sentence
   */
  public record Word(String name, String description) {}

  /**
   * An option.
   *
   * @param names with their hyphens
   * @param value of what kind its value is; empty where it has none
   */
  public record Option(List<String> names, String description, Optional<Kind> value) {
    public Option {
      names = List.copyOf(names);
    }
  }

  /**
   * One command.
   *
   * @param path the words that lead to it; empty for the program itself
   * @param subcommands those below it
   * @param argument of what kind its argument is; empty where it has none
   */
  public record Place(
      List<String> path, List<Word> subcommands, List<Option> options, Optional<Kind> argument) {
    public Place {
      path = List.copyOf(path);
      subcommands = List.copyOf(subcommands);
      options = List.copyOf(options);
    }

    public String text() {
      return String.join(" ", path);
    }
  }

  /** Reads the commands; those that are hidden are not completed. */
  public static CompletionModel of(CommandLine root) {
    List<Place> places = new ArrayList<>();
    addTo(places, List.of(), root.getCommandSpec());
    return new CompletionModel(places);
  }

  /** The program itself. */
  public Place root() {
    return places.get(0);
  }

  /**
   * Returns the branches of a {@code case} of bash or zsh that set the kind of an option's value.
   */
  public String optionCases() {
    return places.stream()
        .flatMap(place -> place.options().stream().flatMap(option -> branch(place, option)))
        .collect(Collectors.joining());
  }

  private static Stream<String> branch(Place place, Option option) {
    return option.value().stream()
        .map(
            kind ->
                option.names().stream()
                    .map(name -> "'" + place.text() + " " + name + "'")
                    .collect(Collectors.joining("|", "    (", ") kind=" + kind.text() + " ;;\n")));
  }

  private static void addTo(List<Place> places, List<String> path, CommandSpec command) {
    Map<String, CommandSpec> shown = new LinkedHashMap<>();
    command
        .subcommands()
        .forEach(
            (name, below) -> {
              if (!below.getCommandSpec().usageMessage().hidden()) {
                shown.put(name, below.getCommandSpec());
              }
            });
    Optional<Kind> argument =
        command.positionalParameters().stream()
            .filter(parameter -> !parameter.hidden())
            .map(Kind::of)
            .findFirst();
    places.add(
        new Place(
            path,
            shown.entrySet().stream()
                .map(below -> new Word(below.getKey(), description(below.getValue())))
                .toList(),
            command.options().stream()
                .filter(option -> !option.hidden())
                .map(CompletionModel::option)
                .toList(),
            argument));
    shown.forEach(
        (name, below) -> {
          List<String> longer = new ArrayList<>(path);
          longer.add(name);
          addTo(places, longer, below);
        });
  }

  private static Option option(OptionSpec option) {
    return new Option(
        List.of(option.names()),
        first(option.description()),
        option.arity().max() > 0 ? Optional.of(Kind.of(option)) : Optional.empty());
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
    return end < 0 ? text : text.substring(0, end + 1); // a line of a menu is short
  }
}
