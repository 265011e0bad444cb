package dev.runregistry.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * A server for testers that no one here wrote: prints its port, the id of a run with output and a
 * cursor, and serves until stdin ends. Its arguments are the database, sqlite or postgres, and the
 * shell script that local runs are, five at a time; both have a default.
 */
final class ServeForTesters {
  private ServeForTesters() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Files.createTempDirectory("registry-for-testers");
    String engine = arguments.length > 0 ? arguments[0] : "sqlite";
    String script = arguments.length > 1 ? arguments[1] : "echo done";
    DatabaseConfig database = RealDatabase.valueOf(engine.toUpperCase(Locale.ROOT)).empty(folder);
    try (RealServer server =
        new RealServer(
            database,
            folder.resolve("home"),
            settings -> RealServer.running(script).apply(settings).maxLocalRuns(5))) {
      JsonNode run = TestClient.json(server.post(RealServer.body(false)));
      server.post(RealServer.body(true));
      System.out.println(
          server.port() + " " + run.get("run_id").textValue() + " " + cursor(server));
      System.in.readAllBytes();
    }
  }

  private static String cursor(RealServer server) {
    HttpResponse<String> page = server.get("/api/tunix/runs?limit=1");
    String link = page.headers().firstValue("Link").orElseThrow();
    return link.replaceAll(".*cursor=([^&>]*).*", "$1");
  }
}
