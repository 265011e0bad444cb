package dev.runregistry.run;

import dev.runregistry.run.redact.SecretRedactor;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/**
 * The name, the tags and the note that a user gave a run. They do not influence the run, and never
 * change.
 *
 * @param name 1 to {@value #MAX_NAME} characters without control characters; several runs may have
 *     the same name; null for none
 * @param tags at most {@value #MAX_TAGS}, ordered by key. A key has 1 to {@value #MAX_TAG_KEY}
 *     characters: ASCII letters and digits, and after the first one also {@code . _ / -}. A value
 *     has at most {@value #MAX_TAG_VALUE} characters, without control characters, and may be empty
 * @param note 1 to {@value #MAX_NOTE} characters, of which line feeds and tabs are the only control
 *     characters; null for none
 */
public record RunDescription(
    @Nullable String name, Map<String, String> tags, @Nullable String note) {

  /** The maximum length of a name in code points. */
  public static final int MAX_NAME = 128;

  /** The maximum number of tags. */
  public static final int MAX_TAGS = 32;

  /** The maximum length of the key of a tag. */
  public static final int MAX_TAG_KEY = 64;

  /** The maximum length of the value of a tag in code points. */
  public static final int MAX_TAG_VALUE = 256;

  /** The maximum length of a note in code points. */
  public static final int MAX_NOTE = 4_000;

  /** Neither a name nor tags nor a note. */
  public static final RunDescription NONE = new RunDescription(null, Map.of(), null);

  /**
   * Copies the tags and checks every value.
   *
   * @throws IllegalArgumentException if a value is outside its limits, or there are too many tags
   */
  public RunDescription {
    if (name != null) {
      Text.require("name", name, MAX_NAME);
      requireNone("name", name, Character::isISOControl, "control characters");
    }
    if (tags.size() > MAX_TAGS) {
      throw new IllegalArgumentException(
          "a run must have at most %d tags, has %d".formatted(MAX_TAGS, tags.size()));
    }
    tags.forEach(RunDescription::requireTag);
    tags = tags.isEmpty() ? Map.of() : Collections.unmodifiableMap(new TreeMap<>(tags));
    if (note != null) {
      Text.require("note", note, MAX_NOTE);
      requireNone(
          "note",
          note,
          c -> Character.isISOControl(c) && c != '\n' && c != '\t',
          "control characters other than line feed and tab");
    }
  }

  private static void requireTag(String key, String value) {
    if (!isTagKey(key)) {
      throw new IllegalArgumentException(
          "the key of a tag must have 1 to %d characters: letters, digits and, after the first, . _ / -; got %s"
              .formatted(MAX_TAG_KEY, Text.quote(key)));
    }
    String name = "the value of tag " + key;
    if (!value.isEmpty()) {
      Text.require(name, value, MAX_TAG_VALUE);
      requireNone(name, value, Character::isISOControl, "control characters");
    }
  }

  /** Without a pattern, because compiling one delays the start of a run. */
  private static boolean isTagKey(String key) {
    for (int i = 0; i < key.length(); i++) {
      char c = key.charAt(i);
      boolean plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
      if (!plain && (i == 0 || "._/-".indexOf(c) < 0)) {
        return false;
      }
    }
    return !key.isEmpty() && key.length() <= MAX_TAG_KEY;
  }

  private static void requireNone(String name, String text, IntPredicate refused, String what) {
    if (text.chars().anyMatch(refused)) {
      throw new IllegalArgumentException(
          "%s must not contain %s: %s".formatted(name, what, Text.quote(text)));
    }
  }

  /** Returns a copy with that name; null for none. */
  public RunDescription withName(@Nullable String text) {
    return new RunDescription(text, tags, note);
  }

  /** Returns a copy with exactly these tags. */
  public RunDescription withTags(Map<String, String> all) {
    return new RunDescription(name, all, note);
  }

  /** Returns a copy with that note; null for none. */
  public RunDescription withNote(@Nullable String text) {
    return new RunDescription(name, tags, text);
  }

  /** Returns whether there is neither a name nor a tag nor a note. */
  public boolean isEmpty() {
    return name == null && tags.isEmpty() && note == null;
  }

  /**
   * Returns the description as recorded: with obvious secrets redacted (see {@link
   * SecretRedactor}); the value of a tag also if its key is the name of a secret, such as {@code
   * api-token}.
   */
  RunDescription redacted() {
    if (isEmpty()) {
      return this;
    }
    Map<String, String> redacted = new TreeMap<>();
    tags.forEach(
        (key, value) ->
            redacted.put(key, Text.truncate(SecretRedactor.redact(key, value), MAX_TAG_VALUE)));
    return new RunDescription(redacted(name, MAX_NAME), redacted, redacted(note, MAX_NOTE));
  }

  /** A redacted text may be longer than the text was. */
  private static @Nullable String redacted(@Nullable String text, int max) {
    return text == null ? null : Text.truncate(SecretRedactor.redact(text), max);
  }
}
