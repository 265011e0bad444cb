package dev.runregistry.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
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
final class HostCheck {
  private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]", "::1");

  private final ServerConfig config;
  private final boolean checking;

  HostCheck(ServerConfig config) {
    this.config = config;
    this.checking = config.token() == null || !config.allowedHosts().isEmpty();
  }

  boolean accepts(HostPort authority) {
    String host = String.valueOf(authority.getHost()).toLowerCase(Locale.ROOT);
    return !checking
        || LOOPBACK.contains(host)
        || config.allowedHosts().contains(host)
        || host.equals(config.host().toLowerCase(Locale.ROOT))
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
