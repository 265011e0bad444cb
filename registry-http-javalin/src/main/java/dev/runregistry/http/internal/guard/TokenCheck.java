package dev.runregistry.http.internal.guard;

import dev.runregistry.run.audit.Digest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/** Checks the token of a request. The response time reveals nothing about the token. */
public final class TokenCheck {
  private static final String SCHEME = "Bearer ";

  private final byte @Nullable [] expected;

  public TokenCheck(@Nullable String token) {
    expected = token == null ? null : digest(token);
  }

  public boolean accepts(@Nullable String authorization) {
    if (expected == null) {
      return true;
    }
    return authorization != null
        && authorization.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(expected, digest(authorization.substring(SCHEME.length()).trim()));
  }

  private static byte[] digest(String token) {
    return Digest.of(token.getBytes(StandardCharsets.UTF_8)).bytes();
  }
}
