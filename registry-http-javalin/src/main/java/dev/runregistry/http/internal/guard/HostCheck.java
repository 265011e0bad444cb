package dev.runregistry.http.internal.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.util.HostPort;

/**
 * Checks that the Host header of a request has a name of this server. This rejects pages whose host
 * name points to the loopback (DNS rebinding).
 *
 * <p>A server that is reachable from other hosts has a token, which such a page cannot have; there
 * the check is made only if names are configured.
 */
public final class HostCheck {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final String ownHost;
  private final Set<String> allowed;
  private final boolean checking;

  /**
   * Creates the check of one server.
   *
   * @param ownHost the name or address that the server listens on
   * @param allowed the other accepted names, in lower case
   * @param hasToken whether the server has a token
   */
  public HostCheck(String ownHost, Collection<String> allowed, boolean hasToken) {
    this.ownHost = ownHost.toLowerCase(Locale.ROOT);
    this.allowed = Set.copyOf(allowed);
    this.checking = !hasToken || !allowed.isEmpty();
  }

  public boolean accepts(HostPort authority) {
    String host = String.valueOf(authority.getHost()).toLowerCase(Locale.ROOT);
    return !checking
        || LOOPBACK.contains(host)
        || allowed.contains(host)
        || host.equals(ownHost)
        || isLoopbackAddress(host);
  }

  private static boolean isLoopbackAddress(String host) { // 127.x.y.z; without DNS lookup
    try {
      return host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}")
          && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
