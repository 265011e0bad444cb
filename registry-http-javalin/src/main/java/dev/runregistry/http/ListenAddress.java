package dev.runregistry.http;

import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.channels.ServerSocketChannel;
import org.eclipse.jetty.util.HostPort;

/**
 * Where a server listens. Taken before anything else is started, so that it is clear what is wrong
 * when it cannot be had.
 *
 * @param host a name or an address
 * @param port 0 for a free one
 */
record ListenAddress(String host, int port) {
  // who is not accepted at once waits in this line; beyond it Linux lets clients try again in 1 s
  private static final int BACKLOG = 1024;

  /**
   * Begins to listen; nobody is answered yet. The caller closes it.
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
          .setOption(StandardSocketOptions.SO_REUSEADDR, true) // after a restart it is free at once
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
    return switch (reason) { // what strerror says where nobody has translated it
      case "Address already in use" -> "the port is taken; choose another one, 0 for any free one";
      case "Cannot assign requested address" -> "this host does not have that address";
      case "Permission denied" -> "this user may not have that port; those from 1024 on are free";
      default -> reason;
    };
  }

  /** As in a URL: an address of IPv6 has brackets. */
  @Override
  public String toString() {
    return HostPort.normalizeHost(host) + ":" + port;
  }
}
