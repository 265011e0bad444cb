package dev.runregistry.http.internal.message;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** The name of each request, by which an answer is found in the log. */
public final class RequestIds {
  public static final String HEADER = "X-Request-Id";

  // what is safe in a log and in a header, and long enough for every tracing system's ids
  private static final Pattern SANE = Pattern.compile("[A-Za-z0-9._:-]{1,64}");

  private RequestIds() {}

  /** The id that the client chose, if it is a sane one, else a new one. */
  public static String of(HttpFields request) {
    String chosen = request.get(HEADER);
    return chosen != null && SANE.matcher(chosen).matches() ? chosen : next();
  }

  private static String next() { // not a secret; unlikely to come twice is enough
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
  }

  /** The id that the answer carries. */
  public static @Nullable String of(Response response) {
    return response.getHeaders().get(HEADER);
  }
}
