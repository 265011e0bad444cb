package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** More connections than the server has descriptors. */
@Timeout(600)
class ManyConnectionsTest {
  @TempDir private Path folder;

  /** What was seen: the output of a run was recorded as empty, for ever. */
  @Test
  void silent_connections_leave_descriptors_for_a_run_that_ends() throws Exception {
    String script = "echo begun; while [ ! -e '%s/go' ]; do sleep 0.05; done; echo ended";
    List<Socket> silent = new ArrayList<>();
    try (SmallServer server =
        new SmallServer(
            folder, "ulimit -n 400", script.formatted(folder), Duration.ofSeconds(10))) {
      CompletableFuture<HttpResponse<String>> run = server.sendAsync(server.posting(body(false)));
      Awaitility.await()
          .atMost(Duration.ofMinutes(2))
          .until(() -> json(server.get("/api/tunix/runs?status=running")).get("data").size() == 1);
      for (int i = 0; i < 600; i++) {
        silent.add(RawRequest.connect(server));
      }

      Files.createFile(folder.resolve("go"));

      assertThat(run.join().statusCode()).isEqualTo(200);
      assertThat(json(run.join()).get("stdout").textValue()).isEqualTo("begun\nended\n");
      for (Socket socket : silent) {
        socket.close();
      }
      server.requireWorking();
    } finally {
      for (Socket socket : silent) {
        socket.close();
      }
    }
  }
}
