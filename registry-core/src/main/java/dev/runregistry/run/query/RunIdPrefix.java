package dev.runregistry.run.query;

import dev.runregistry.run.RunId;
import dev.runregistry.run.Text;
import java.util.Locale;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * The beginning of a run id, as typed by a user: at least one hexadecimal digit of the canonical
 * form, up to all of it.
 *
 * @param text lower case, hyphens where the canonical form has them
 */
public record RunIdPrefix(String text) {
  private static final String LOWEST = "00000000-0000-0000-0000-000000000000";
  private static final String HIGHEST = "ffffffff-ffff-ffff-ffff-ffffffffffff";
  // each character of the canonical form is either a digit or one of its four hyphens
  private static final Pattern SHAPE = Pattern.compile("[0-9a-f-]+");

  /**
   * Converts upper case digits to lower case, and checks the text.
   *
   * @throws IllegalArgumentException if it cannot be the prefix of a run id
   */
  public RunIdPrefix {
    text = text.toLowerCase(Locale.ROOT);
    if (!beginsAnId(text)) {
      throw new IllegalArgumentException(
          "not the beginning of a run id (hexadecimal digits, hyphens as in a UUID): "
              + Text.quote(text));
    }
  }

  private static boolean beginsAnId(String text) {
    if (text.length() > LOWEST.length() || !SHAPE.matcher(text).matches()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if ((text.charAt(i) == '-') != (LOWEST.charAt(i) == '-')) {
        return false;
      }
    }
    return true;
  }

  /** Returns the smallest id with this prefix, in byte order. */
  public RunId lowest() {
    return filledFrom(LOWEST);
  }

  /** Returns the largest id with this prefix, in byte order. */
  public RunId highest() {
    return filledFrom(HIGHEST);
  }

  private RunId filledFrom(String rest) {
    return new RunId(UUID.fromString(text + rest.substring(text.length())));
  }
}
