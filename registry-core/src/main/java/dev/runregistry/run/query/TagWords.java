package dev.runregistry.run.query;

import dev.runregistry.run.RunDescription;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The conditions of {@link RunFilter#tags} as words: {@code KEY} for a tag with any value, {@code
 * KEY=VALUE} for one with that value.
 */
public final class TagWords {
  private TagWords() {}

  /**
   * Parses the words. The values of one key are alternatives; a key without a value allows any.
   *
   * @throws IllegalArgumentException if a word does not begin with a key; the message names it
   */
  public static Map<String, Set<String>> parse(Collection<String> words) {
    Map<String, Set<String>> tags = new TreeMap<>();
    for (String word : words) {
      int end = word.indexOf('=');
      String key = end < 0 ? word : word.substring(0, end);
      RunDescription.NONE.withTags(Map.of(key, "")); // checks the key
      Set<String> known = tags.get(key);
      if (end < 0 || (known != null && known.isEmpty())) {
        tags.put(key, Set.of());
      } else {
        tags.computeIfAbsent(key, first -> new TreeSet<>()).add(word.substring(end + 1));
      }
    }
    return tags;
  }

  /** Returns the words of the conditions, in the order of the keys and values. */
  public static List<String> of(Map<String, Set<String>> tags) {
    List<String> words = new ArrayList<>();
    tags.forEach(
        (key, values) -> {
          if (values.isEmpty()) {
            words.add(key);
          }
          values.forEach(value -> words.add(key + "=" + value));
        });
    return words;
  }
}
