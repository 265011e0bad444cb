package dev.runregistry.http.internal.guard;

import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * Checks the Origin header of requests that change data. Browsers send it with every such request;
 * requests without it do not come from a browser and are accepted.
 */
public final class OriginCheck {
  private static final Set<String> OWN_SITES = Set.of("same-origin", "none");

  private final Set<String> allowed;

  public OriginCheck(Set<String> allowed) {
    this.allowed = allowed;
  }

  public boolean accepts(HttpFields request) {
    String origin = request.get("Origin");
    if (origin != null && allowed.contains(origin)) {
      return true;
    }
    String site = request.get("Sec-Fetch-Site");
    return (site == null || OWN_SITES.contains(site)) && isOwn(origin, request.get("Host"));
  }

  private static boolean isOwn(@Nullable String origin, @Nullable String host) {
    return origin == null || origin.equals("http://" + host) || origin.equals("https://" + host);
  }
}
