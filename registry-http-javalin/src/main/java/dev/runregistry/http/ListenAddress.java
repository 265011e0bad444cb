package dev.runregistry.http;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import org.eclipse.jetty.util.HostPort;

/**
 * The address that a server listens on. Bound before anything else is started, so that a failure
 * has an unambiguous cause.
 *
 * @param host a name or an address
 * @param port 0 for a free one
 */
record ListenAddress(String host, int port) {
  // queue of connections to be accepted; when it is full, Linux makes clients retry after 1 s
  private static final int BACKLOG = 1024;

  /**
   * Binds the address; connections are not accepted yet. The caller closes the channel.
   *
   * @throws CannotListenException if the port is taken or the address is not one of this host
   */
  ServerSocketChannel listen() {
    try {
      return listen(ServerSocketChannel.open());
    } catch (IOException e) {
      throw new CannotListenException(toString(), why(e), e);
    }
  }

  private ServerSocketChannel listen(ServerSocketChannel channel) throws IOException {
    try {
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new UnknownHostException("there is no such host");
      }
      return channel
          .setOption(StandardSocketOptions.SO_REUSEADDR, true) // available at once after a restart
          .bind(address, BACKLOG);
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  private static String why(IOException e) {
    String reason = String.valueOf(e.getMessage());
    if (!(e instanceof BindException)) {
      return reason;
    }
    return switch (reason) { // the untranslated texts of strerror
      case "Address already in use" -> "the port is taken; choose another one, 0 for any free one";
      case "Cannot assign requested address" -> "this host does not have that address";
      case "Permission denied" -> "this user may not have that port; those from 1024 on are free";
      default -> reason;
    };
  }

  /** Returns the address as in a URL: IPv6 addresses are in brackets. */
  @Override
  public String toString() {
    return HostPort.normalizeHost(host) + ":" + port;
  }
}
