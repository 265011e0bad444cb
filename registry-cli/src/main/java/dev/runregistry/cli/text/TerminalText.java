package dev.runregistry.cli.text;

import java.util.regex.Pattern;

/** Text of others, made fit for a terminal: none of it can move the cursor or change colours. */
public final class TerminalText {
  private static final char REPLACEMENT = '\uFFFD';
  private static final char ESCAPE = '\u001B';
  private static final Pattern COLOUR = Pattern.compile(ESCAPE + "\\[[0-9;:]*m");

  private TerminalText() {}

  /** The text on one line, each control character replaced by U+FFFD. */
  public static String line(String text) {
    return replaced(text, "");
  }

  /** The text with its line ends and tabs, each other control character replaced by U+FFFD. */
  public static String lines(String text) {
    return replaced(text, "\n\t");
  }

  private static String replaced(String text, String kept) {
    StringBuilder line = null; // almost no text has any
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isHarmful(c) && kept.indexOf(c) < 0) {
        line = line == null ? new StringBuilder(text) : line;
        line.setCharAt(i, REPLACEMENT);
      }
    }
    return line == null ? text : line.toString();
  }

  /**
   * The text on one line as a terminal would show it at last: of a progress bar that rewrites its
   * line its last state, without colours.
   */
  public static String lastState(String line) {
    int end = line.length();
    while (end > 0 && line.charAt(end - 1) == '\r') {
      end--;
    }
    String shown = line.substring(line.lastIndexOf('\r', end - 1) + 1, end);
    return line(shown.indexOf(ESCAPE) < 0 ? shown : COLOUR.matcher(shown).replaceAll(""));
  }

  /** Returns whether a terminal acts on the character, or shows what follows in another order. */
  public static boolean isHarmful(int c) {
    return Character.isISOControl(c)
        || c == '\u2028' // line and paragraph separator
        || c == '\u2029'
        || (c >= '\u202A' && c <= '\u202E') // these four turn the direction of what follows
        || (c >= '\u2066' && c <= '\u2069');
  }

  /** Truncates the text to that many columns; an ellipsis replaces the rest. */
  public static String truncate(String text, int columns) {
    if (width(text) <= columns) {
      return text;
    }
    StringBuilder fitted = new StringBuilder();
    int room = columns - 1; // for the ellipsis
    for (int i = 0; i < text.length(); ) {
      int c = text.codePointAt(i);
      room -= width(c);
      if (room < 0) {
        break;
      }
      fitted.appendCodePoint(c);
      i += Character.charCount(c);
    }
    return fitted.append('…').toString();
  }

  /** Returns the number of columns of the text in a terminal. */
  public static int width(String text) {
    return text.codePoints().map(TerminalText::width).sum();
  }

  // The ranges that Unicode calls East Asian wide or fullwidth, and what joins the character before
  // it. Coarse on purpose: too wide a guess only leaves a blank.
  private static int width(int c) {
    if (c < 0x300) {
      return 1;
    }
    int type = Character.getType(c);
    if (type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT) {
      return 0;
    }
    boolean wide =
        (c >= 0x1100 && c <= 0x115F) // Hangul
            || (c >= 0x2E80 && c <= 0xA4CF) // CJK, Kana, Yi
            || (c >= 0xAC00 && c <= 0xD7A3)
            || (c >= 0xF900 && c <= 0xFAFF)
            || (c >= 0xFE30 && c <= 0xFE6F)
            || (c >= 0xFF00 && c <= 0xFF60)
            || (c >= 0xFFE0 && c <= 0xFFE6)
            || (c >= 0x1F300 && c <= 0x1FAFF) // pictures
            || (c >= 0x20000 && c <= 0x3FFFD);
    return wide ? 2 : 1;
  }
}
