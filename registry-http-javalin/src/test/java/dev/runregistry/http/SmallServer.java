package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** A server in a JVM of its own with a heap of 128 MiB, which has to survive its test. */
final class SmallServer extends TestClient {
  private final Process process;
  private final BufferedReader out;
  private final int port;

  /**
   * Starts it.
   *
   * @param limits a command of the shell that limits what the server may use
   * @param script the shell script that local runs are
   * @param requestTimeout how long a request may take to arrive
   */
  SmallServer(Path folder, String limits, String script, Duration requestTimeout)
      throws IOException {
    RealDatabase.sqlite(folder.resolve("registry.db"));
    process =
        new ProcessBuilder(
                "sh",
                "-c",
                limits + "; exec \"$@\"",
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + folder,
                "-cp",
                System.getProperty("java.class.path"),
                KillableServer.class.getName(),
                folder.toString(),
                script,
                requestTimeout.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    port = Integer.parseInt(out.readLine());
  }

  @Override
  int port() {
    return port;
  }

  /**
   * What the server holds.
   *
   * @param busyThreads threads that are in a request
   * @param descriptors open files and sockets
   * @param otherThreads the names of the threads that are not there for requests
   */
  record ClasspathResources(int busyThreads, int descriptors, List<String> otherThreads) {}

  ClasspathResources resources() throws IOException {
    process.getOutputStream().write('\n');
    process.getOutputStream().flush();
    List<String> said = List.of(out.readLine().split(" "));
    return new ClasspathResources(
        Integer.parseInt(said.get(0)), Integer.parseInt(said.get(1)), said.subList(2, said.size()));
  }

  void requireHealthy() {
    assertThat(get("/api/health").statusCode()).isEqualTo(200);
  }

  void requireWorking() {
    requireHealthy();
    await().atMost(Duration.ofMinutes(2)).until(() -> post(body(true)).statusCode() == 200);
  }

  @Override
  public void close() {
    boolean alive = process.isAlive();
    process.destroyForcibly().onExit().join();
    assertThat(alive).as("the server is alive").isTrue();
  }
}
