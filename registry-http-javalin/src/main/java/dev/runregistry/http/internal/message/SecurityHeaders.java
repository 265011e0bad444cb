package dev.runregistry.http.internal.message;

import java.util.List;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.PreEncodedHttpField;

/** Sets the security headers of every response. */
public final class SecurityHeaders {
  private static final String POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none';"
          + " object-src 'none'";

  private static final List<HttpField> FIELDS =
      List.of(
          new PreEncodedHttpField("Content-Security-Policy", POLICY),
          new PreEncodedHttpField("X-Content-Type-Options", "nosniff"),
          new PreEncodedHttpField("X-Frame-Options", "DENY"),
          new PreEncodedHttpField("Referrer-Policy", "no-referrer"),
          new PreEncodedHttpField("Cross-Origin-Opener-Policy", "same-origin"),
          new PreEncodedHttpField("Cross-Origin-Resource-Policy", "same-origin"),
          new PreEncodedHttpField("Cache-Control", "no-store"));

  private SecurityHeaders() {}

  public static void putInto(HttpFields.Mutable headers) {
    for (HttpField field : FIELDS) {
      headers.put(field);
    }
  }
}
