package dev.runregistry.cli.options;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Options of {@code registry run} that need no picocli, which delays every run by 40 ms: those that
 * have a text or nothing, written in full, each at most once. Whatever else there is, all that is
 * wrong included, is left to picocli, which has the last word on what options mean.
 *
 * @param values by the longest names; of those without a value, true
 */
public record FastOptionParser(Map<String, Object> values) implements OptionValues {
  public static final Set<String> TEXTS =
      Set.of(
          "--dataset",
          "--model",
          "--timeout",
          "--kill-after",
          "--datasets",
          "--output-dir",
          "--device",
          "--home",
          "--db",
          "--log-limit",
          "--env-allow",
          "--config");
  public static final Set<String> FLAGS =
      Set.of("--local", "--json", "--quiet", "--verbose", "--keep-children");
  private static final Map<String, String> SHORT =
      Map.of("-d", "--dataset", "-m", "--model", "-q", "--quiet", "-v", "--verbose");

  /** Reads them; empty if one of them is for picocli. */
  public static Optional<OptionValues> of(List<String> words) {
    Map<String, Object> values = new HashMap<>();
    Iterator<String> rest = words.iterator();
    while (rest.hasNext()) {
      String word = rest.next();
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      String option = equals < 0 ? SHORT.getOrDefault(word, word) : word.substring(0, equals);
      Object value;
      if (TEXTS.contains(option)) {
        value = equals >= 0 ? word.substring(equals + 1) : rest.hasNext() ? rest.next() : "";
      } else if (FLAGS.contains(option) && equals < 0) {
        value = true;
      } else {
        return Optional.empty();
      }
      if (!isPlain(value) || values.put(option, value) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(new FastOptionParser(values));
  }

  /** What begins with a hyphen may be an option that lacks its value. */
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
  public List<String> strays() {
    return List.of();
  }
}
