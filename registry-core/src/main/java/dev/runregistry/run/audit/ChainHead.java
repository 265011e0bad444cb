package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Text;

/**
 * How far a chain goes. Who keeps a head elsewhere can tell later that nothing up to it was
 * changed, removed or put in between; without one, a chain that was cut or written anew from some
 * link on looks like any other.
 *
 * @param count of the links, which have the numbers from 1 to this; not negative
 * @param digest of the last link; {@link Digest#ZERO} when there is none
 */
public record ChainHead(long count, Digest digest) {
  /** That of a chain without links. */
  public static final ChainHead EMPTY = new ChainHead(0, Digest.ZERO);

  /**
   * Checks the count.
   *
   * @throws IllegalArgumentException if it is negative, or none and the digest is that of a link
   */
  public ChainHead {
    requireNonNull(digest, "digest");
    if (count < 0 || (count == 0 && !digest.equals(Digest.ZERO))) {
      throw new IllegalArgumentException("no chain has " + count + " links and that digest");
    }
  }

  /**
   * Reads what {@link #toString} wrote.
   *
   * @throws IllegalArgumentException if the text is anything else; it is not repeated at length
   */
  public static ChainHead parse(String text) {
    int colon = text.indexOf(':');
    if (colon < 1 || colon > 18 || !text.substring(0, colon).matches("[0-9]+")) {
      throw new IllegalArgumentException(
          "a head is COUNT:DIGEST, as 'registry verify' prints it: " + Text.quote(text));
    }
    return new ChainHead(
        Long.parseLong(text.substring(0, colon)), Digest.parse(text.substring(colon + 1)));
  }

  /** {@code COUNT:DIGEST}. */
  @Override
  public String toString() {
    return count + ":" + digest;
  }
}
