package dev.runregistry.run;

import java.nio.charset.StandardCharsets;

/**
 * The name of a dataset: its directory below the datasets directory, so one path segment.
 *
 * @param value 1 to 256 characters, at most 255 bytes in UTF-8 (the longest file name of the usual
 *     file systems), without a separator, a NUL or any control character, neither {@code .} nor
 *     {@code ..}
 */
public record DatasetKey(String value) {
  private static final int MAX_CHARACTERS = 256;
  private static final int MAX_BYTES = 255;

  /** The label of a run that names no dataset. */
  public static final DatasetKey NONE = new DatasetKey("none");

  /**
   * Checks the name.
   *
   * @throws IllegalArgumentException if it is not the name of one directory in its parent
   */
  public DatasetKey {
    Text.require("dataset_key", value, MAX_CHARACTERS);
    if (value.equals(".") || value.equals("..")) {
      throw refused(value, "must not be . or ..");
    }
    for (int i = 0; i < value.length(); i++) { // once for each line of a list
      char c = value.charAt(i);
      if (c == '/' || c == '\\') {
        throw refused(value, "must not contain a path separator");
      }
      if (Character.isISOControl(c)) {
        throw refused(value, "must not contain a control character");
      }
    }
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      throw refused(value, "must have at most " + MAX_BYTES + " bytes in UTF-8, has " + bytes);
    }
  }

  private static IllegalArgumentException refused(String value, String why) {
    return new IllegalArgumentException("dataset_key " + why + ": " + Text.quote(value));
  }

  @Override
  public String toString() {
    return value;
  }
}
