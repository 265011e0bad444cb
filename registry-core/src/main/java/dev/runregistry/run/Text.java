package dev.runregistry.run;

/** The rules for every text in a record: storable in each database and exact in UTF-8. */
public final class Text {
  private static final int QUOTED = 60;
  private static final char REPLACEMENT = '\uFFFD';

  private Text() {}

  /**
   * Checks a text of limited length.
   *
   * @param max in code points, like PostgreSQL's varchar
   * @return the text
   * @throws IllegalArgumentException if it is empty, longer, or not storable
   */
  public static String require(String name, String value, int max) {
    requireStorable(name, value);
    int length = value.codePointCount(0, value.length());
    if (length < 1 || length > max) {
      throw new IllegalArgumentException(
          name + " must have 1 to " + max + " characters, has " + length + ": " + quote(value));
    }
    return value;
  }

  /**
   * Checks for NUL, which PostgreSQL cannot store, and lone surrogates, which UTF-8 cannot encode.
   *
   * @return the text
   * @throws IllegalArgumentException if the text contains one
   */
  public static String requireStorable(String name, String value) {
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (c == 0) {
        throw new IllegalArgumentException(name + " must not contain a NUL character");
      }
      if (Character.isSurrogate(c)) {
        if (!isPairAt(value, i)) {
          throw new IllegalArgumentException(name + " must not contain a lone surrogate");
        }
        i++;
      }
    }
    return value;
  }

  /** Returns the text with each NUL and each lone surrogate replaced by U+FFFD. */
  public static String sanitize(String value) {
    StringBuilder storable = new StringBuilder(value.length());
    for (int i = 0; i < value.length(); i++) {
      char c = value.charAt(i);
      if (Character.isSurrogate(c) && isPairAt(value, i)) {
        storable.append(c).append(value.charAt(++i));
      } else {
        storable.append(c == 0 || Character.isSurrogate(c) ? REPLACEMENT : c);
      }
    }
    return storable.toString();
  }

  /** Returns the {@link #sanitize} text, truncated to {@code max} code points with the ellipsis. */
  public static String truncate(String value, int max) {
    String storable = sanitize(value);
    if (storable.codePointCount(0, storable.length()) <= max) {
      return storable;
    }
    return storable.substring(0, storable.offsetByCodePoints(0, max - 1)) + "…";
  }

  /** Returns the text for a message: in quotes, without control characters, truncated. */
  public static String quote(String value) {
    String shown = value.length() <= QUOTED ? value : value.substring(0, QUOTED) + "…";
    return '"' + sanitize(shown).replaceAll("\\p{Cntrl}", String.valueOf(REPLACEMENT)) + '"';
  }

  private static boolean isPairAt(String value, int i) {
    return i + 1 < value.length()
        && Character.isSurrogatePair(value.charAt(i), value.charAt(i + 1));
  }
}
