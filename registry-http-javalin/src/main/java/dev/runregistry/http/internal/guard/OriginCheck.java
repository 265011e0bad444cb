package dev.runregistry.http.internal.guard;

import java.util.Set;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request that changes something may come from where it says it comes from. Browsers say
 * it of every such request; what is not a browser says nothing and is welcome.
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
