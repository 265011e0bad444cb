package dev.runregistry.chaos;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A connection to a server that can be cut, refused, or go deaf, at a port that stays the same. */
final class Wire implements AutoCloseable {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();

  private final InetSocketAddress target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final int port;
  private volatile ServerSocket listener;
  private volatile boolean deaf;

  Wire(int targetPort) throws IOException {
    target = new InetSocketAddress(LOOPBACK, targetPort);
    listener = listen(0);
    port = listener.getLocalPort();
  }

  int port() {
    return port;
  }

  private ServerSocket listen(int at) throws IOException {
    ServerSocket socket = new ServerSocket();
    socket.setReuseAddress(true);
    socket.bind(new InetSocketAddress(LOOPBACK, at));
    start(() -> accept(socket));
    return socket;
  }

  /** Ends every connection by a reset; new ones are welcome. */
  void cut() {
    open.forEach(Wire::reset);
  }

  private static void reset(Socket socket) {
    try {
      socket.setSoLinger(true, 0);
    } catch (SocketException e) {
      quietly(socket); // closed already
    }
    quietly(socket);
  }

  /** Nobody listens, and what was open is reset. */
  void refuse() throws IOException {
    listener.close();
    cut();
  }

  /** Whatever is sent is swallowed, on old connections and on new ones. */
  void goDeaf() {
    deaf = true;
  }

  /** As it was; what was swallowed is gone, and so are the connections that have missed it. */
  void mend() throws IOException {
    if (deaf) {
      cut();
    }
    deaf = false;
    if (listener.isClosed()) {
      listener = listen(port);
    }
  }

  private void accept(ServerSocket socket) {
    try {
      while (true) {
        connect(socket.accept());
      }
    } catch (IOException e) {
      quietly(socket); // refused from now on
    }
  }

  private void connect(Socket client) {
    Socket server = new Socket();
    open.add(client);
    open.add(server);
    start(
        () -> {
          try {
            server.connect(target);
            start(() -> pump(server, client));
            pump(client, server);
          } catch (IOException e) {
            quietly(client); // the server is away
          }
        });
  }

  private void pump(Socket from, Socket to) {
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      byte[] bytes = new byte[8192];
      for (int read = in.read(bytes); read >= 0; read = in.read(bytes)) {
        if (!deaf) {
          out.write(bytes, 0, read);
        }
      }
    } catch (IOException e) {
      open.remove(from); // one of the two has gone
    } finally {
      open.remove(from);
      open.remove(to);
    }
  }

  private static void quietly(Closeable socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "wire");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    refuse();
  }
}
