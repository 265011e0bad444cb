package dev.runregistry.http.internal.guard;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import org.eclipse.jetty.util.HostPort;

/**
 * Whether a request calls this server by a name that it goes by. A page whose host name was made to
 * point at the loopback (DNS rebinding) does not.
 *
 * <p>A server that other hosts reach has a token, which such a page cannot know; there the check
 * takes place only where names were configured.
 */
public final class HostCheck {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final String ownHost;
  private final Set<String> allowed;
  private final boolean checking;

  /**
   * Creates the check of one server.
   *
   * @param ownHost the name or address that it listens on
   * @param allowed the other names that it goes by, in lower case
   * @param hasToken whether it has a token
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

  private static boolean isLoopbackAddress(String host) { // 127.x.y.z; never looks up a name
    try {
      return host.matches("127\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}")
          && InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      return false;
    }
  }
}
