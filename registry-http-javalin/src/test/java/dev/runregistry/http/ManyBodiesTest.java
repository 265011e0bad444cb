package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.http.internal.request.BodyPermits;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Many bodies at once, large ones and slow ones. */
@Timeout(600)
class ManyBodiesTest {
  private static final int MANY = 250;
  private static final int MIB = 1 << 20;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;

  /** A body of 1 MiB that would be a large tree. */
  private static String largeBody() {
    String head = "{\"dataset_key\":\"nope\",\"model_id\":\"m\",\"x\":[";
    return head + "{},".repeat((MIB - head.length() - 5) / 3) + "{}]}";
  }

  private static byte[] request(String body) {
    return ("POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            + "Content-Length: %d\r\n\r\n%s".formatted(body.length(), body))
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void requireAnswered(HttpResponse<String> answer, Integer... alternatives) {
    if (answer.statusCode() == 503) {
      assertThat(answer.headers().firstValue("Retry-After")).isPresent();
      assertThat(json(answer).get("detail").textValue()).startsWith("Too many requests");
    } else {
      assertThat(answer.statusCode()).isIn((Object[]) alternatives);
    }
  }

  @Test
  void many_large_bodies_at_once_do_not_end_the_server() throws Exception {
    try (SmallServer server =
        new SmallServer(folder, "ulimit -c 0", "true", Duration.ofMinutes(10))) {
      String body = largeBody();
      List<CompletableFuture<HttpResponse<String>>> answers =
          IntStream.range(0, MANY).mapToObj(i -> server.sendAsync(server.posting(body))).toList();

      server.requireHealthy();
      answers.forEach(answer -> requireAnswered(answer.join(), 200));
      server.requireWorking();
    }
  }

  @Test
  void many_large_bodies_that_never_end_do_not_end_the_server() throws Exception {
    byte[] request = request(largeBody());
    List<Socket> sockets = new ArrayList<>();
    try (SmallServer server =
        new SmallServer(folder, "ulimit -c 0", "true", Duration.ofSeconds(10))) {
      for (int i = 0; i < MANY; i++) {
        Socket socket = RawRequest.connect(server);
        sockets.add(socket);
        socket.getOutputStream().write(request, 0, request.length - 1);
      }

      server.requireHealthy();
      for (Socket socket : sockets) {
        requireAnswered(RawRequest.read(socket.getInputStream()), 408);
      }
      server.requireWorking();
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void a_server_whose_clients_send_slowly_answers_health_and_reads() throws IOException {
    List<Socket> sockets = new ArrayList<>();
    try (TestServer server =
        TestServer.start(
            ScriptedRunExecutor.endingWith(Runs.exited(0)),
            settings ->
                settings
                    .requestTimeout(Duration.ofMinutes(10))
                    .stopTimeout(Duration.ofMillis(1)))) {
      for (int i = 0; i < 300; i++) {
        Socket socket = RawRequest.connect(server);
        sockets.add(socket);
        socket.getOutputStream().write(request(body(true)), 0, 150);
      }

      assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
      assertThat(server.get("/api/tunix/runs").statusCode()).isEqualTo(200);
      await().atMost(PATIENCE).until(() -> server.post(body(true)).statusCode() == 503);
      requireAnswered(server.post(body(true)));

      for (Socket socket : sockets) {
        socket.close();
      }
      await().atMost(PATIENCE).until(() -> server.post(body(true)).statusCode() != 503);
    }
  }

  @Test
  void a_run_in_progress_does_not_count_as_a_body_being_read() {
    int runs = BodyPermits.MAX_BODIES + 6;
    CountDownLatch over = new CountDownLatch(1);
    ScriptedRunExecutor executor =
        ScriptedRunExecutor.playing(
            running -> {
              over.await();
              return Runs.exited(0);
            });
    String local = "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\",\"dry_run\":false}";
    try (TestServer server = TestServer.start(executor, settings -> settings.maxLocalRuns(runs))) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 1; i <= runs; i++) {
        int started = i;
        answers.add(server.sendAsync(server.posting(local)));
        await().atMost(PATIENCE).until(() -> executor.executed().size() == started);
      }
      over.countDown();

      assertThat(answers).allMatch(answer -> answer.join().statusCode() == 200);
    }
  }
}
