package dev.runregistry.http;

import java.nio.file.Path;
import java.time.Duration;

/**
 * A server that a test can kill: prints its port and serves until stdin ends. Its arguments are its
 * folder, the shell script that local runs are and, optionally, how long a request may take to
 * arrive.
 */
final class KillableServer {
  private KillableServer() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Duration requestLimit = Duration.parse(arguments.length > 2 ? arguments[2] : "PT10S");
    try (RealServer server =
        new RealServer(
            RealDatabase.sqlite(folder.resolve("registry.db")),
            folder.resolve("home"),
            settings ->
                RealServer.running(arguments[1])
                    .apply(settings)
                    .requestLimit(requestLimit)
                    .localTimeLimit(Duration.ofMinutes(10)))) { // longer than any test
      System.out.println(server.port());
      System.in.readAllBytes();
    }
  }
}
