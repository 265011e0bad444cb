package dev.runregistry.http;

import dev.runregistry.persistence.jooq.DatabaseConfig;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A server that a test can kill: prints its port and serves until stdin ends. Its arguments are its
 * folder and the shell script that local runs are.
 */
final class KillableServer {
  private KillableServer() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    try (RealServer server =
        new RealServer(
            DatabaseConfig.sqlite(folder.resolve("registry.db")),
            folder.resolve("home"),
            settings ->
                RealServer.running(arguments[1])
                    .apply(settings)
                    .localTimeLimit(Duration.ofMinutes(10)))) { // longer than any test
      System.out.println(server.port());
      System.in.readAllBytes();
    }
  }
}
