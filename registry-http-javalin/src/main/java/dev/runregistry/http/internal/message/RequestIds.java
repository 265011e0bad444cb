package dev.runregistry.http.internal.message;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** Ids of requests, by which a response can be found in the log. */
public final class RequestIds {
  public static final String HEADER = "X-Request-Id";

  // safe in a log and in a header, and long enough for the ids of every tracing system
  private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

  private RequestIds() {}

  /** Returns the id sent by the client if it is valid, else a new one. */
  public static String of(HttpFields request) {
    String chosen = request.get(HEADER);
    return chosen != null && SANE.matcher(chosen).matches() ? chosen : next();
  }

  private static String next() { // not a secret; a low probability of collisions suffices
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  /** Returns the id in the response. */
  public static @Nullable String of(Response response) {
    return response.getHeaders().get(HEADER);
  }
}
