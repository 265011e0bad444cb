package dev.runregistry.http;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A server that a test can kill: prints its port and serves until stdin ends; for each line there
 * it prints what it holds. Its arguments are its folder, the shell script that local runs are and,
 * optionally, how long a request may take to arrive.
 */
final class KillableServer {
  private KillableServer() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Duration requestTimeout = Duration.parse(arguments.length > 2 ? arguments[2] : "PT10S");
    try (RealServer server =
        new RealServer(
            RealDatabase.sqlite(folder.resolve("registry.db")),
            folder.resolve("home"),
            settings ->
                RealServer.running(arguments[1])
                    .apply(settings)
                    .requestTimeout(requestTimeout)
                    .localRunTimeout(Duration.ofMinutes(10)))) { // longer than any test
      System.out.println(server.port());
      for (int c = System.in.read(); c >= 0; c = System.in.read()) {
        System.out.println(resources());
      }
    }
  }

  /** See {@link SmallServer.ClasspathResources}. */
  private static String resources() {
    int busy = 0;
    List<String> others = new ArrayList<>();
    for (Map.Entry<Thread, StackTraceElement[]> thread : Thread.getAllStackTraces().entrySet()) {
      String name = thread.getKey().getName();
      if (!name.startsWith("JettyServerThreadPool")) { // else of requests
        others.add(name.replaceAll("\\s", "_"));
      } else if (Stream.of(thread.getValue())
          .anyMatch(frame -> frame.getClassName().startsWith("dev.runregistry."))) {
        busy++;
      }
    }
    int descriptors = requireNonNull(new File("/proc/self/fd").list()).length;
    return busy + " " + descriptors + " " + String.join(" ", others);
  }
}
