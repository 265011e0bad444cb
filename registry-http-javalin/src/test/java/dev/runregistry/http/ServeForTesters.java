package dev.runregistry.http;

import dev.runregistry.persistence.jooq.DatabaseConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A server for testers that no one here wrote: prints its port and serves until stdin ends. Local
 * runs, five at a time, are the shell script that it is given, or a short one.
 */
final class ServeForTesters {
  private ServeForTesters() {}

  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createTempDirectory("registry-for-testers");
    DatabaseConfig database = DatabaseConfig.sqlite(folder.resolve("registry.db"));
    String script = arguments.length > 0 ? arguments[0] : "echo done";
    try (RealServer server =
        new RealServer(
            database,
            folder.resolve("home"),
            settings -> RealServer.running(script).apply(settings).maxLocalRuns(5))) {
      System.out.println(server.port());
      System.in.readAllBytes();
    }
  }
}
