package dev.runregistry.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/** Whether a request carries the token. How long the answer takes says nothing about the token. */
final class TokenCheck {
  private static final String SCHEME = "Bearer ";

  private final byte @Nullable [] expected;

  TokenCheck(@Nullable String token) {
    expected = token == null ? null : digest(token);
  }

  boolean accepts(@Nullable String authorization) {
    if (expected == null) {
      return true;
    }
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(expected, digest(authorization.substring(SCHEME.length()).trim()));
  }

  private static byte[] digest(String text) { // of one length, whatever was sent
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
