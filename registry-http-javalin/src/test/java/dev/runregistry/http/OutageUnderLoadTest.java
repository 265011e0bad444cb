package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.RealServer.running;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.runregistry.testkit.process.Signals;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A PostgreSQL that goes away and comes back while many clients use the server. */
class OutageUnderLoadTest {
  private static final int CLIENTS = 16;
  private static final Duration PATIENCE = Duration.ofSeconds(90);

  /** A list is refused after two seconds; the rest is for a host that has other things to do. */
  private static final Duration BOUND = Duration.ofSeconds(25);

  @TempDir private Path folder;
  private final Map<String, String> posted = new ConcurrentHashMap<>();
  private final Queue<HttpResponse<String>> refusedPosts = new ConcurrentLinkedQueue<>();
  private final Queue<HttpResponse<String>> lists = new ConcurrentLinkedQueue<>();
  private final ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
  private final List<Future<?>> loops = new ArrayList<>();
  private volatile boolean enough;
  private EmbeddedPostgres postgres;
  private RealServer server;

  @BeforeEach
  void start() throws IOException {
    postgres = startPostgres(0);
    server =
        new RealServer(
            RealDatabase.at(postgres, "postgres"), folder.resolve("home"), running("echo done"));
  }

  private EmbeddedPostgres startPostgres(int port) throws IOException {
    return EmbeddedPostgres.builder()
        .setDataDirectory(folder.resolve("data"))
        .setCleanDataDirectory(false)
        .setPort(port)
        .start();
  }

  @AfterEach
  void stop() throws IOException {
    enough = true;
    clients.shutdownNow();
    server.close();
    postgres.close();
  }

  /** Three in four clients post, the others list; each at once again. */
  private void beginLoad() {
    for (int i = 0; i < CLIENTS; i++) {
      boolean posts = i % 4 != 0;
      loops.add(clients.submit(posts ? this::post : this::list));
    }
  }

  private Void post() {
    for (int i = 0; !enough; i++) {
      boolean known = i % 2 == 0;
      String request = known ? body(true) : body(true).replace("arithmetic-traces", "nowhere");
      HttpResponse<String> answer = server.post(request);
      JsonNode run = json(answer);
      if (answer.statusCode() != 200
          || !run.get("status").textValue().equals(known ? "completed" : "failed")) {
        refusedPosts.add(answer);
      } else {
        posted.put(run.get("run_id").textValue(), answer.body());
      }
    }
    return null;
  }

  private Void list() {
    while (!enough) {
      lists.add(server.get("/api/tunix/runs?limit=5"));
    }
    return null;
  }

  private void endLoad() throws Exception {
    enough = true;
    for (Future<?> loop : loops) {
      loop.get();
    }
  }

  private void awaitPosts(int more) {
    int before = posted.size();
    await().atMost(PATIENCE).until(() -> posted.size() >= before + more);
  }

  private void refusesListsSoonWithAReason() {
    await()
        .atMost(PATIENCE)
        .until(() -> server.get("/api/tunix/runs").statusCode(), status -> status == 503);
    long begin = System.nanoTime();
    HttpResponse<String> list = server.get("/api/tunix/runs");
    Duration took = Duration.ofNanos(System.nanoTime() - begin);

    assertThat(list.statusCode()).isEqualTo(503);
    assertThat(json(list).get("detail").textValue()).startsWith("The database does not answer");
    assertThat(took).isLessThan(BOUND);
    HttpResponse<String> ready = server.get("/api/health/ready");
    assertThat(ready.statusCode()).isEqualTo(503);
    assertThat(json(ready).get("detail").textValue())
        .matches("The database does not answer; ended runs that wait for it: [1-9][0-9]* .*");
    assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
  }

  /** Every answer was a run that ended as it should, and is on record as it was answered. */
  private void nothingIsLost() {
    assertThat(refusedPosts).isEmpty();
    assertThat(lists).extracting(HttpResponse::statusCode).isSubsetOf(200, 503);
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(server.registry.reconcile().isIncomplete()).isFalse();
              assertThat(server.active()).isEmpty();
            });
    posted.forEach(
        (id, answered) ->
            assertThat(server.get("/api/tunix/runs/" + id).body()).isEqualTo(answered));
    assertThat(json(server.get("/api/tunix/runs?status=running")).get("data")).isEmpty();
    assertThat(json(server.get("/api/health/ready")).get("runs_waiting").intValue()).isZero();
  }

  private void during(Callable<?> outage, Callable<?> recovery) throws Exception {
    beginLoad();
    awaitPosts(20);

    outage.call();
    refusesListsSoonWithAReason();
    awaitPosts(20);
    List<String> waiting = server.active();
    assertThat(waiting).isNotEmpty();
    recovery.call();

    await().atMost(PATIENCE).until(() -> server.get("/api/tunix/runs").statusCode() == 200);
    awaitPosts(20);
    endLoad();
    nothingIsLost();
  }

  @Test
  void with_the_database_stopped_and_back_no_post_fails_and_every_run_is_recorded()
      throws Exception {
    int port = postgres.getPort();

    during(
        () -> {
          postgres.close();
          return null;
        },
        () -> postgres = startPostgres(port));
  }

  @Test
  void with_the_database_paused_and_back_no_post_fails_and_every_run_is_recorded()
      throws Exception {
    Path pidFile = folder.resolve("data").resolve("postmaster.pid");
    long pid = Long.parseLong(Files.readAllLines(pidFile).get(0).strip());
    ProcessHandle postmaster = ProcessHandle.of(pid).orElseThrow();

    during(
        () -> {
          Signals.stopTree(postmaster);
          return null;
        },
        () -> {
          Signals.continueTree(postmaster);
          return null;
        });
  }
}
