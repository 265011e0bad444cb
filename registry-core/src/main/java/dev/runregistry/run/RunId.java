package dev.runregistry.run;

import static java.util.Objects.requireNonNull;

import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The identifier of one run, unique over all hosts and for ever.
 *
 * <p>Ids are not {@code Comparable}: {@link UUID#compareTo} compares signed halves, unlike every
 * database. The repository defines the order of runs.
 *
 * @param value the identifier, a version 7 UUID when it comes from the registry itself
 */
public record RunId(UUID value) {
  // UUID.fromString also accepts "1-1-1-1-1": one run would have many names
  private static final Pattern CANONICAL =
      Pattern.compile("\\p{XDigit}{8}(-\\p{XDigit}{4}){3}-\\p{XDigit}{12}");

  /** Wraps a UUID. */
  public RunId {
    requireNonNull(value, "value");
  }

  /**
   * Parses the canonical form: 36 characters, hexadecimal digits of either case and four hyphens.
   *
   * @throws IllegalArgumentException if the text is anything else; the message truncates the text
   */
  public static RunId parse(String text) {
    if (!CANONICAL.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "not a run id (a UUID of 36 characters): " + Text.quote(text));
    }
    return new RunId(UUID.fromString(text));
  }

  // hand-written: the generated methods of a record cost a command line 9 ms at the first use

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof RunId id && value.equals(id.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }

  /** Returns the canonical form in lower case, which is stored and shown. */
  @Override
  public String toString() {
    return value.toString();
  }
}
