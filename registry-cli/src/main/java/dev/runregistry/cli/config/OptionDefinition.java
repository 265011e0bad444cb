package dev.runregistry.cli.config;

import java.util.List;

/**
 * An option of a command: what both option parsers, the help and the completion know of it.
 *
 * @param names with their hyphens, the longest last
 * @param type of its value: String, Integer, Double, List of texts where it may be repeated, or
 *     boolean where it has none
 * @param label what its value is, as the help names it; the completion knows FILE, DIR and others
 * @param help one or two sentences
 */
public record OptionDefinition(List<String> names, Class<?> type, String label, String help) {

  /** Returns an option with a value of that type. */
  public static OptionDefinition of(Class<?> type, String label, String help, String... names) {
    return new OptionDefinition(List.of(names), type, label, help);
  }

  /** Returns an option whose value is any text. */
  public static OptionDefinition text(String label, String help, String... names) {
    return of(String.class, label, help, names);
  }

  /** Returns an option that may be repeated, each time with any text. */
  public static OptionDefinition texts(String label, String help, String... names) {
    return of(List.class, label, help, names);
  }

  /** Returns an option without a value. */
  public static OptionDefinition flag(String help, String... names) {
    return of(boolean.class, "", help, names);
  }

  /** Returns whether it has a value, which is any but a boolean one. */
  public boolean hasValue() {
    return type != boolean.class;
  }

  /** Returns whether it may be given more than once; its value is the list of all. */
  public boolean isRepeatable() {
    return type == List.class;
  }

  /** Returns its longest name. */
  public String name() {
    return names.get(names.size() - 1);
  }
}
