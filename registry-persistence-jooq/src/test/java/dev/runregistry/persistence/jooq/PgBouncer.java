package dev.runregistry.persistence.jooq;

import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/**
 * A PgBouncer on this host that gives its few sessions to another client after each transaction.
 */
final class PgBouncer implements AutoCloseable {
  private static final String PROGRAM = "/usr/sbin/pgbouncer";

  private final Process process;
  private final int port;

  private PgBouncer(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Skips the test if there is none; fails where the tools are required, as in the CI. */
  static void require() {
    boolean there = Files.isExecutable(Path.of(PROGRAM));
    if (!there && !"required".equals(System.getenv("RUN_REGISTRY_TOOLS"))) {
      Assumptions.abort("there is no pgbouncer: apt-get install pgbouncer");
    }
  }

  /** In front of the server of that database, with one session for each. */
  static PgBouncer before(DatabaseConfig server, Path folder) throws IOException {
    int port = freePort();
    Path log = folder.resolve("pgbouncer.log");
    Path users = Files.writeString(folder.resolve("users.txt"), "\"postgres\" \"postgres\"\n");
    Path settings =
        Files.writeString(
            folder.resolve("pgbouncer.ini"),
            """
            [databases]
            * = host=127.0.0.1 port=%s
            [pgbouncer]
            listen_addr = 127.0.0.1
            listen_port = %d
            unix_socket_dir =
            auth_type = plain
            auth_file = %s
            pool_mode = transaction
            default_pool_size = 1
            ignore_startup_parameters = extra_float_digits
            """
                .formatted(server.url().replaceAll(".*:(\\d+)/.*", "$1"), port, users));
    Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    ProcessBuilder command =
        System.getProperty("user.name").equals("root") // as which it does not run
            ? new ProcessBuilder(List.of(PROGRAM, "-u", "nobody", settings.toString()))
            : new ProcessBuilder(List.of(PROGRAM, settings.toString()));
    Process process = command.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    PgBouncer started = new PgBouncer(process, port);
    await().atMost(Duration.ofMinutes(1)).until(() -> started.listens() || fails(process, log));
    return started;
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

  private static boolean fails(Process process, Path log) throws IOException {
    if (!process.isAlive()) {
      throw new IOException("pgbouncer ended: " + Files.readString(log));
    }
    return false;
  }

  /** That database through it. */
  DatabaseConfig to(DatabaseConfig server) {
    return Engine.on(port, server.url().replaceAll(".*/", ""));
  }

  @Override
  public void close() {
    process.destroy();
    process.onExit().join();
  }
}
