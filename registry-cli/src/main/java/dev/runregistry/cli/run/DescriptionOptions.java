package dev.runregistry.cli.run;

import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.UsageException;
import dev.runregistry.run.RunDescription;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The values of {@code --name}, {@code --tag} and {@code --note}. */
public final class DescriptionOptions {
  private DescriptionOptions() {}

  /**
   * Returns the description with what is given replaced; tags replace all tags.
   *
   * @param name null if it is not given
   * @param tags as {@code KEY=VALUE}; empty if none is given
   * @param note null if it is not given
   * @throws UsageException if a value is outside its limits, or a key is given twice
   */
  public static RunDescription apply(
      RunDescription description, @Nullable String name, List<String> tags, @Nullable String note) {
    RunDescription changed = description;
    try {
      changed = name == null ? changed : changed.withName(name);
      changed = note == null ? changed : changed.withNote(note);
    } catch (IllegalArgumentException e) { // begins with the name of the field
      throw new UsageException("--" + e.getMessage(), e);
    }
    try {
      return tags.isEmpty() ? changed : changed.withTags(parsed(tags));
    } catch (IllegalArgumentException e) {
      throw new UsageException("--tag: " + e.getMessage(), e);
    }
  }

  /** Returns the error for a tag that is not {@code KEY=VALUE}. */
  public static UsageException notATag(String tag) {
    return new UsageException(
        "--tag needs KEY=VALUE, as in --tag seed=7; got '%s'".formatted(TerminalText.line(tag)));
  }

  private static Map<String, String> parsed(List<String> tags) {
    Map<String, String> parsed = new HashMap<>();
    for (String tag : tags) {
      int end = tag.indexOf('=');
      if (end < 0) {
        throw notATag(tag);
      }
      String key = tag.substring(0, end);
      if (parsed.put(key, tag.substring(end + 1)) != null) {
        throw new UsageException("--tag: key '%s' given twice".formatted(TerminalText.line(key)));
      }
    }
    return parsed;
  }
}
