package dev.runregistry.persistence.jooq.internal.sql;

/**
 * Writes JSON texts in the one form that is stored: a record counts as unchanged only if its JSON
 * equals this exactly, so it must not depend on the version of a library. Quotes, backslashes and
 * control characters below U+0020 are escaped, nothing else, and there is no white space.
 */
public final class JsonText {
  private static final String HEX = "0123456789ABCDEF";

  private JsonText() {}

  /** Appends the text as a JSON string, in its quotes. */
  public static void append(StringBuilder json, String text) {
    json.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> json.append("\\\"");
        case '\\' -> json.append("\\\\");
        case '\b' -> json.append("\\b");
        case '\t' -> json.append("\\t");
        case '\n' -> json.append("\\n");
        case '\f' -> json.append("\\f");
        case '\r' -> json.append("\\r");
        default -> {
          if (c < ' ') {
            json.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
          } else {
            json.append(c);
          }
        }
      }
    }
    json.append('"');
  }
}
