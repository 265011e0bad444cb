package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Text;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A SHA-256 digest: 32 bytes, written as 64 hexadecimal digits in lower case. */
public final class Digest {
  /** Stands for "none": no bytes with this digest are known. */
  public static final Digest ZERO = new Digest("0".repeat(64));

  private static final int BYTES = 32;
  private static final HexFormat HEX = HexFormat.of();

  private final String text;

  private Digest(String text) {
    this.text = text;
  }

  /** Returns the digest of these bytes. */
  public static Digest of(byte[] content) {
    try {
      return wrap(MessageDigest.getInstance("SHA-256").digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /**
   * Returns a digest that was computed before.
   *
   * @throws IllegalArgumentException unless it has 32 bytes
   */
  public static Digest wrap(byte[] digest) {
    if (digest.length != BYTES) {
      throw new IllegalArgumentException("a SHA-256 has 32 bytes, not " + digest.length);
    }
    return new Digest(HEX.formatHex(digest));
  }

  /**
   * Parses the output of {@link #toString}, in either case.
   *
   * @throws IllegalArgumentException if the text is anything else
   */
  public static Digest parse(String text) {
    requireNonNull(text, "text");
    if (text.length() != 2 * BYTES) {
      throw new IllegalArgumentException(
          "a SHA-256 has 64 hexadecimal digits: " + Text.quote(text));
    }
    try {
      return wrap(HEX.parseHex(text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "a SHA-256 has 64 hexadecimal digits: " + Text.quote(text), e);
    }
  }

  /** Returns the 32 bytes. */
  public byte[] bytes() {
    return HEX.parseHex(text);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Digest digest && text.equals(digest.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  /** Returns 64 hexadecimal digits in lower case. */
  @Override
  public String toString() {
    return text;
  }
}
