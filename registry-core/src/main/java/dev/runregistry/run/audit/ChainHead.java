package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Text;

/**
 * The last link of a chain. A head stored elsewhere later proves that no run up to it was changed,
 * removed or inserted; without one, a chain that was truncated or rewritten from some link on
 * cannot be distinguished from an intact one.
 *
 * @param count the number of links, which are numbered from 1 to this; not negative
 * @param digest of the last link; {@link Digest#ZERO} when there is none
 */
public record ChainHead(long count, Digest digest) {
  /** The head of a chain without links. */
  public static final ChainHead EMPTY = new ChainHead(0, Digest.ZERO);

  /**
   * Checks the count.
   *
   * @throws IllegalArgumentException if it is negative, or 0 with the digest of a link
   */
  public ChainHead {
    requireNonNull(digest, "digest");
    if (count < 0 || (count == 0 && !digest.equals(Digest.ZERO))) {
      throw new IllegalArgumentException("no chain has " + count + " links and that digest");
    }
  }

  /**
   * Parses the output of {@link #toString}.
   *
   * @throws IllegalArgumentException if the text is anything else; the message truncates it
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

  /** Returns {@code COUNT:DIGEST}. */
  @Override
  public String toString() {
    return count + ":" + digest;
  }
}
