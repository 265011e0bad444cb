package dev.runregistry.run.query;

import dev.runregistry.run.Text;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The end of a run id, as typed by a user: at least one hexadecimal digit of the canonical form, up
 * to all of it. The last digits of an id are random, unlike the first ones.
 *
 * @param text lower case, hyphens where the canonical form has them
 */
public record RunIdSuffix(String text) {
  private static final String SAMPLE = "00000000-0000-0000-0000-000000000000";
  private static final Pattern SHAPE = Pattern.compile("[0-9a-f-]+");

  /**
   * Converts upper case digits to lower case, and checks the text.
   *
   * @throws IllegalArgumentException if it cannot be the suffix of a run id
   */
  public RunIdSuffix {
    text = text.toLowerCase(Locale.ROOT);
    if (!endsAnId(text)) {
      throw new IllegalArgumentException(
          "not the end of a run id (hexadecimal digits, hyphens as in a UUID): "
              + Text.quote(text));
    }
  }

  private static boolean endsAnId(String text) {
    int left = SAMPLE.length() - text.length();
    if (left < 0 || !SHAPE.matcher(text).matches()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if ((text.charAt(i) == '-') != (SAMPLE.charAt(left + i) == '-')) {
        return false;
      }
    }
    return true;
  }
}
