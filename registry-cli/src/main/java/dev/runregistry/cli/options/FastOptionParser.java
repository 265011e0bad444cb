package dev.runregistry.cli.options;

import dev.runregistry.cli.config.OptionDefinition;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Options that need no picocli, which delays every run by 40 ms: those that have a text or nothing,
 * written in full, each at most once unless it may be repeated. Whatever else there is, all that is
 * wrong included, is left to picocli, which has the last word on what options mean.
 *
 * @param values by the longest names; of those without a value, true, of those that may be
 *     repeated, a list
 */
public record FastOptionParser(Map<String, Object> values) implements OptionValues {

  /** Reads the words as these options; empty if one of the words is for picocli. */
  public static Optional<OptionValues> of(List<OptionDefinition> known, List<String> words) {
    Map<String, OptionDefinition> options = byName(known);
    Map<String, Object> values = new HashMap<>();
    Iterator<String> rest = words.iterator();
    while (rest.hasNext()) {
      String word = rest.next();
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      OptionDefinition option = options.get(equals < 0 ? word : word.substring(0, equals));
      if (option == null || (equals >= 0 && !option.hasValue())) {
        return Optional.empty();
      }
      Object value = true;
      if (option.hasValue()) {
        value = equals >= 0 ? word.substring(equals + 1) : rest.hasNext() ? rest.next() : "";
      }
      if (!isPlain(value) || !add(values, option, value)) {
        return Optional.empty();
      }
    }
    return Optional.of(new FastOptionParser(values));
  }

  /** Returns false if the option must not be repeated, and was. */
  private static boolean add(Map<String, Object> values, OptionDefinition option, Object value) {
    if (!option.isRepeatable()) {
      return values.put(option.name(), value) == null;
    }
    List<Object> all = new ArrayList<>();
    if (values.get(option.name()) instanceof List<?> earlier) {
      all.addAll(earlier);
    }
    all.add(value);
    values.put(option.name(), all);
    return true;
  }

  private static Map<String, OptionDefinition> byName(List<OptionDefinition> known) {
    Map<String, OptionDefinition> options = new HashMap<>();
    for (OptionDefinition option : known) {
      if (!option.hasValue() || option.isRepeatable() || option.type() == String.class) {
        // picocli reads numbers
        for (String name : option.names()) {
          options.put(name, option);
        }
      }
    }
    return options;
  }

  /**
   * Returns false for a value with a hyphen, which may be an option after one that lacks its value.
   */
  private static boolean isPlain(Object value) {
    return !(value instanceof String text) || !(text.isEmpty() || text.startsWith("-"));
  }

  @Override
  public boolean hasMatchedOption(String option) {
    return values.containsKey(option);
  }

  @Override
  @SuppressWarnings("unchecked") // the same promise as picocli's: the caller knows the type
  public <T> T matchedOptionValue(String option, T otherwise) {
    return (T) values.getOrDefault(option, otherwise);
  }

  @Override
  public List<String> unmatched() {
    return List.of();
  }
}
