package dev.runregistry.http.internal.request;

import dev.runregistry.http.internal.message.ValidationError;
import java.util.List;
import java.util.Optional;

/** The constraints on every text: its length in characters, no NUL, no lone surrogate. */
public final class TextConstraints {
  private TextConstraints() {}

  /**
   * Returns the first problem of a text that must have 1 to {@code max} characters; empty if it has
   * none.
   */
  public static Optional<ValidationError> problem(List<Object> loc, String text, int max) {
    int length = text.codePointCount(0, text.length());
    if (length == 0) {
      return Optional.of(
          new ValidationError(loc, "String should have at least 1 character", "string_too_short"));
    }
    if (length > max) {
      return Optional.of(
          new ValidationError(
              loc, "String should have at most " + max + " characters", "string_too_long"));
    }
    return unstorable(loc, text);
  }

  /** Returns the problem of a text that no database can store; empty if it has none. */
  public static Optional<ValidationError> unstorable(List<Object> loc, String text) {
    if (text.indexOf(0) >= 0) {
      return Optional.of(
          new ValidationError(loc, "Value error, must not contain a NUL character", "value_error"));
    }
    if (text.codePoints().anyMatch(TextConstraints::isLoneSurrogate)) {
      return Optional.of(
          new ValidationError(
              loc, "Value error, must not contain a lone surrogate", "value_error"));
    }
    return Optional.empty();
  }

  private static boolean isLoneSurrogate(int codePoint) { // pairs are one code point
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
