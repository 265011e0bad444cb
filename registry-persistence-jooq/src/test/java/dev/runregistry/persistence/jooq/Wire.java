package dev.runregistry.persistence.jooq;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** The wire to a server on this host, which can break in every way that a wire can. */
final class Wire implements AutoCloseable {
  /** What the wire does with each byte; a connection that swallows does so for ever. */
  enum State {
    WHOLE,
    /** Takes everything, delivers nothing: a paused server, a firewall that drops. */
    SWALLOWS_ALL,
    /** Delivers what is said to the server, and not what it answers. */
    SWALLOWS_ANSWERS,
    /** Nobody listens. */
    CUT
  }

  private final ServerSocket entrance;
  private volatile int server;
  private final List<Connection> connections = new CopyOnWriteArrayList<>();
  private volatile State state = State.WHOLE;

  Wire(int server) throws IOException {
    this.server = server;
    entrance = new ServerSocket(0, 100, InetAddress.getLoopbackAddress());
    inBackground(this::accept);
  }

  int port() {
    return entrance.getLocalPort();
  }

  /** For the connections that are there and those to come. */
  void becomes(State next) {
    state = next;
    breaks(next);
  }

  /** Leads the connections to come to another server; those that are there stay. */
  void leadsTo(int other) {
    server = other;
  }

  /** For the connections that are there; those to come are not concerned. */
  void breaks(State next) {
    connections.forEach(connection -> connection.becomes(next));
  }

  private void accept() {
    while (!entrance.isClosed()) {
      try {
        Connection connection = new Connection(entrance.accept(), state);
        connections.add(connection);
        connection.open();
      } catch (IOException e) {
        if (!entrance.isClosed()) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  private static void inBackground(Runnable work) {
    Thread thread = new Thread(work, "wire");
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    entrance.close();
    breaks(State.CUT);
  }

  private final class Connection {
    private final Socket client;
    private final Socket far = new Socket();
    private volatile State state;

    Connection(Socket client, State state) {
      this.client = client;
      this.state = state;
    }

    void open() throws IOException {
      if (state == State.CUT) {
        client.close();
        return;
      }
      if (state != State.SWALLOWS_ALL) {
        far.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server));
        inBackground(() -> pump(far, client, State.SWALLOWS_ANSWERS));
      }
      inBackground(() -> pump(client, far, State.SWALLOWS_ALL));
    }

    private void pump(Socket from, Socket to, State dropping) {
      byte[] buffer = new byte[8192];
      try (InputStream in = from.getInputStream()) {
        for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
          if (state != State.SWALLOWS_ALL && state != dropping) {
            OutputStream out = to.getOutputStream();
            out.write(buffer, 0, n);
          }
        }
        to.close();
      } catch (IOException e) {
        becomes(State.CUT);
      }
    }

    void becomes(State next) {
      state = next;
      if (next == State.CUT) {
        try {
          client.close();
          far.close();
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }
}
