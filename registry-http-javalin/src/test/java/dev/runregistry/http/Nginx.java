package dev.runregistry.http;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** An nginx as an administrator would set it up, with a configuration of its own. */
final class Nginx implements PathPrefixIT.Proxy {
  private static final Path PROGRAM = Path.of("/usr/sbin/nginx");
  private static final String HOW_TO_GET_IT =
      "no nginx; to get it on Debian or Ubuntu: apt-get install nginx-light";

  private final Process process;
  private final Path folder;
  private final int port;

  Nginx(int upstream, Path folder) throws IOException {
    this.folder = folder;
    port = freePort();
    Path settings =
        Files.writeString(
            folder.resolve("nginx.conf"),
            """
            daemon off;
            master_process off;
            pid "%1$s/nginx.pid";
            error_log "%1$s/error.log";
            events { worker_connections 64; }
            http {
              access_log off;
              client_body_temp_path "%1$s/client_body";
              proxy_temp_path "%1$s/proxy";
              fastcgi_temp_path "%1$s/fastcgi";
              uwsgi_temp_path "%1$s/uwsgi";
              scgi_temp_path "%1$s/scgi";
              server {
                listen 127.0.0.1:%2$d;
                location /registry/ {
                  proxy_pass http://127.0.0.1:%3$d/;
                  proxy_set_header Host $http_host;
                }
                location / {
                  access_log "%1$s/outside.log";
                  return 404;
                }
              }
            }
            """
                .formatted(folder, port, upstream));
    process =
        new ProcessBuilder(
                PROGRAM.toString(),
                "-p",
                folder.toString(),
                "-e",
                folder.resolve("error.log").toString(),
                "-c",
                settings.toString())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("nginx.log").toFile())
            .start();
    await().atMost(Duration.ofMinutes(1)).until(() -> listens() || ended());
  }

  /** Skips the test if there is none; fails where the tools are required, as in the CI. */
  static void require() {
    boolean there = Files.isExecutable(PROGRAM);
    if (!there && "required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
      throw new AssertionError(HOW_TO_GET_IT);
    }
    Assumptions.assumeTrue(there, HOW_TO_GET_IT);
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException e) {
      return false;
    }
  }

  private boolean ended() throws IOException {
    if (!process.isAlive()) {
      throw new IOException("nginx ended: " + Files.readString(folder.resolve("nginx.log")));
    }
    return false;
  }

  @Override
  public int port() {
    return port;
  }

  @Override
  public List<String> outside() {
    try {
      return Files.readAllLines(folder.resolve("outside.log"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
