package dev.runregistry.cli.text;

import java.util.List;
import java.util.Map;

/** Tags as they are typed. */
public final class TagText {
  private TagText() {}

  /** Returns {@code KEY=VALUE} for each, quoted as words of a shell; empty if there are none. */
  public static String of(Map<String, String> tags) {
    List<String> words =
        tags.entrySet().stream().map(tag -> tag.getKey() + "=" + tag.getValue()).toList();
    return CommandLineFormat.of(words);
  }
}
