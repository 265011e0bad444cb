package dev.runregistry.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** A reverse proxy on the loopback that removes a prefix of the path; one request a connection. */
final class StrippingProxy implements PathPrefixIT.Proxy {
  private final String prefix;
  private final int upstream;
  private final ServerSocket listening;
  private final List<String> outside = new CopyOnWriteArrayList<>();

  StrippingProxy(String prefix, int upstream) throws IOException {
    this.prefix = prefix;
    this.upstream = upstream;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    start(this::accept);
  }

  @Override
  public int port() {
    return listening.getLocalPort();
  }

  @Override
  public List<String> outside() {
    return List.copyOf(outside);
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // the client, the server or the test has closed its end
              }
            },
            "proxy");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() throws IOException {
    while (true) {
      Socket client = listening.accept();
      start(() -> forward(client));
    }
  }

  private void forward(Socket client) throws IOException {
    try (client) {
      String head = head(client.getInputStream());
      String line = head.lines().findFirst().orElse("");
      if (!line.contains(" " + prefix + "/")) {
        if (!line.isEmpty()) { // else a connection that the browser opened in advance
          outside.add(line);
        }
        return;
      }
      String stripped =
          head.replaceFirst(" " + prefix, " ")
              .replaceFirst("(?im)^Connection:.*\r\n", "")
              .replaceFirst("\r\n", "\r\nConnection: close\r\n");
      try (Socket server = new Socket(InetAddress.getLoopbackAddress(), upstream)) {
        server.getOutputStream().write(stripped.getBytes(StandardCharsets.ISO_8859_1));
        start(() -> client.getInputStream().transferTo(server.getOutputStream()));
        server.getInputStream().transferTo(client.getOutputStream());
      }
    }
  }

  private static String head(InputStream in) throws IOException {
    ByteArrayOutputStream head = new ByteArrayOutputStream();
    String text = "";
    for (int c = in.read(); c >= 0 && !text.endsWith("\r\n\r\n"); c = in.read()) {
      head.write(c);
      text = head.toString(StandardCharsets.ISO_8859_1);
      if (text.endsWith("\r\n\r\n")) {
        return text;
      }
    }
    return text;
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
