package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.RealServer.running;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A real server that is killed when it saves a key, whose run is journaled and has not started. */
class KilledAtClaimTest {
  private static final String KEY = "training-42";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir private Path folder;

  private Process serverThatStopsAtClaim(DatabaseConfig database, boolean before)
      throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Djava.io.tmpdir=" + folder,
                "-D" + ServerThatStopsAtClaim.BEFORE + "=" + before,
                "-cp",
                System.getProperty("java.class.path"),
                ServerThatStopsAtClaim.class.getName(),
                folder.resolve("home").toString(),
                database.url()));
    if (database.user() != null) {
      command.addAll(List.of(database.user(), database.password()));
    }
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
  }

  /** Asks such a server, and returns it when it saves the key. */
  private Process stoppedAtClaim(DatabaseConfig database, boolean before) throws IOException {
    Process server = serverThatStopsAtClaim(database, before);
    BufferedReader said = server.inputReader();
    int port = Integer.parseInt(said.readLine());
    TestClient client =
        new TestClient() {
          @Override
          int port() {
            return port;
          }

          @Override
          public void close() {}
        };
    client.sendAsync(client.posting(body(false)).header("Idempotency-Key", KEY));
    assertThat(said.readLine()).isEqualTo("stopped");
    return server;
  }

  private RealServer server(DatabaseConfig database, String home) {
    return new RealServer(database, folder.resolve(home), running("true"));
  }

  /** As clients do, also when a busy database has not answered in time. */
  private static HttpResponse<String> retry(TestClient server) {
    HttpResponse<String> answer;
    do {
      answer = server.send(server.posting(body(false)).header("Idempotency-Key", KEY));
    } while (answer.statusCode() == 503);
    return answer;
  }

  /** When the database has the end of the run. */
  private static void isAnsweredAgain(HttpResponse<String> run, TestClient server) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(() -> assertThat(retry(server).body()).isEqualTo(run.body()));
  }

  private static int recorded(TestClient server) {
    return json(server.get("/api/tunix/runs")).get("data").size();
  }

  @ParameterizedTest
  @EnumSource
  void a_client_that_retries_after_the_kill_has_the_run_of_its_key_and_none_is_started(
      RealDatabase engine) throws Exception {
    DatabaseConfig database = engine.migrated(folder);
    Process killed = stoppedAtClaim(database, false);
    try (RealServer again = server(database, "home");
        RealServer elsewhere = server(database, "other home")) {
      assertThat(retry(again).statusCode()).as("while its registry lives").isEqualTo(409);
      again.registry.reconcile();
      assertThat(retry(again).statusCode()).as("while its registry lives").isEqualTo(409);
      killed.destroyForcibly().waitFor();
      elsewhere.registry.reconcile();
      assertThat(retry(elsewhere).statusCode()).as("who cannot know").isEqualTo(409);

      again.registry.reconcile();

      HttpResponse<String> run = retry(again);
      assertThat(run.statusCode()).isEqualTo(200);
      assertThat(run.headers().firstValue("Idempotent-Replayed")).contains("true");
      assertThat(json(run).get("status").textValue()).isEqualTo("failed");
      assertThat(json(run).get("message").textValue())
          .isEqualTo("Lost: the registry was killed before it started anything");
      isAnsweredAgain(run, elsewhere);
      assertThat(recorded(again)).isEqualTo(1);
    } finally {
      killed.destroyForcibly().waitFor();
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_client_that_retries_after_a_kill_before_the_key_was_saved_has_a_run_of_its_own(
      RealDatabase engine) throws Exception {
    DatabaseConfig database = engine.migrated(folder);
    stoppedAtClaim(database, true).destroyForcibly().waitFor();
    try (RealServer again = server(database, "home");
        RealServer elsewhere = server(database, "other home")) {
      HttpResponse<String> run = retry(elsewhere);

      assertThat(run.statusCode()).isEqualTo(200);
      assertThat(run.headers().firstValue("Idempotent-Replayed")).isEmpty();
      again.registry.reconcile();
      isAnsweredAgain(run, again);
      assertThat(recorded(again)).as("and the one that was journaled").isEqualTo(2);
    }
  }

  @ParameterizedTest
  @EnumSource
  void many_retries_at_once_after_the_kill_are_one_run(RealDatabase engine) throws Exception {
    DatabaseConfig database = engine.migrated(folder);
    stoppedAtClaim(database, true).destroyForcibly().waitFor();
    try (RealServer one = server(database, "home");
        RealServer two = server(database, "home")) {
      one.registry.reconcile();
      List<CompletableFuture<Integer>> answers =
          IntStream.range(0, 12)
              .mapToObj(i -> i % 2 == 0 ? one : two)
              .map(server -> CompletableFuture.supplyAsync(() -> retry(server).statusCode()))
              .toList();

      assertThat(answers).extracting(CompletableFuture::join).isSubsetOf(200, 409, 429);
      one.registry.reconcile();
      await().atMost(PATIENCE).until(() -> retry(two).statusCode() == 200);
      assertThat(recorded(one)).as("one, and the one that was journaled").isEqualTo(2);
    }
  }
}
