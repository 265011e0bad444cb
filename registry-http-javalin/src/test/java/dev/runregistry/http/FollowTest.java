package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.RealServer.running;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.http.EventStream.Event;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.LogStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Runs are real processes, whose output clients follow while it is printed. */
@Timeout(600)
class FollowTest {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @TempDir private Path folder;
  private DatabaseConfig database;

  @BeforeEach
  void create() {
    database = RealDatabase.sqlite(folder.resolve("registry.db"));
  }

  private RealServer server(String script) {
    return server(script, settings -> settings);
  }

  private RealServer server(String script, UnaryOperator<ServerConfig.Builder> more) {
    return new RealServer(
        database,
        folder.resolve("home"),
        settings ->
            more.apply(
                running(script)
                    .apply(settings)
                    .maxLocalRuns(30)
                    .localRunTimeout(Duration.ofMinutes(10))));
  }

  /** A script that waits until the test has made that file. */
  private String until(String name) {
    return "while [ ! -e '%s' ]; do sleep 0.02; done;".formatted(folder.resolve(name));
  }

  private void allow(String name) throws IOException {
    Files.createFile(folder.resolve(name));
  }

  private static String logs(String id) {
    return "/api/tunix/runs/" + id + "/logs";
  }

  private static String startRun(RealServer server) {
    List<String> before = ids(server);
    CompletableFuture<HttpResponse<String>> answer = server.sendAsync(server.posting(body(false)));
    await().atMost(PATIENCE).until(() -> answer.isDone() || ids(server).size() > before.size());
    return ids(server).stream().filter(id -> !before.contains(id)).findFirst().orElseThrow();
  }

  private static List<String> ids(RealServer server) {
    List<String> ids = new ArrayList<>();
    json(server.get("/api/tunix/runs?limit=100"))
        .get("data")
        .forEach(item -> ids.add(item.get("run_id").textValue()));
    return ids;
  }

  private static String run(RealServer server) {
    return json(server.post(body(false))).get("run_id").textValue();
  }

  private static List<String> chunks(List<Event> events) {
    return events.stream().filter(event -> event.name().equals("log")).map(Event::chunk).toList();
  }

  @Test
  void a_line_is_sent_when_it_is_printed_and_the_status_when_the_run_has_ended() throws Exception {
    try (RealServer server =
            server("echo ready; " + until("go") + " echo oops >&2; printf last; exit 3");
        EventStream events = EventStream.of(server, logs(startRun(server)))) {
      assertThat(events.header("Content-Type")).isEqualTo("text/event-stream; charset=utf-8");
      assertThat(events.header("X-Accel-Buffering")).isEqualTo("no");
      Event ready = events.nextLine();
      assertThat(ready.name()).isEqualTo("log");
      assertThat(ready.id()).isEqualTo("6-0-1");
      List<String> keys = new ArrayList<>();
      ready.data().fieldNames().forEachRemaining(keys::add);
      assertThat(keys).containsExactly("seq", "stream", "chunk", "created_at");
      assertThat(ready.data().get("seq").intValue()).isEqualTo(1);
      assertThat(ready.data().get("stream").textValue()).isEqualTo("stdout");
      assertThat(ready.chunk()).isEqualTo("ready\n");
      assertThat(ready.data().get("created_at").textValue())
          .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{6}Z");
      Event heartbeat = events.next().orElseThrow();
      assertThat(heartbeat.name()).isEqualTo("heartbeat");
      assertThat(heartbeat.data()).hasToString("{\"seq\":1}");

      allow("go");

      List<Event> rest = events.rest();
      assertThat(chunks(rest)).containsExactly("oops\n", "last");
      assertThat(rest).extracting(Event::id).containsExactly("6-5-2", "10-5-3", null);
      assertThat(rest.get(2).name()).isEqualTo("status");
      assertThat(rest.get(2).data()).hasToString("{\"status\":\"failed\"}");
      await().atMost(PATIENCE).until(() -> followers(server) == 0);
    }
  }

  private static int followers(RealServer server) {
    return (int)
        Double.parseDouble(
            server
                .get("/metrics")
                .body()
                .replaceAll("(?s).*\nregistry_log_followers ([0-9.]+)\n.*", "$1"));
  }

  @Test
  void an_ended_run_is_replayed_from_the_start_from_a_line_or_after_an_event() throws Exception {
    String script = "for i in 1 2 3 4 5 6; do echo $i; echo e$i >&2; sleep 0.01; done";
    try (RealServer server = server(script)) {
      String path = logs(run(server));
      List<Event> all;
      try (EventStream events = EventStream.of(server, path)) {
        all = events.rest();
      }
      assertThat(chunks(all))
          .containsExactly(
              "1\n", "e1\n", "2\n", "e2\n", "3\n", "e3\n", "4\n", "e4\n", "5\n", "e5\n", "6\n",
              "e6\n");
      for (int i = 0; i < 12; i++) {
        try (EventStream since = EventStream.of(server, path + "?since_seq=" + (i + 1));
            EventStream after = EventStream.of(server, path + "?since_seq=1", all.get(i).id())) {
          assertThat(since.rest()).isEqualTo(all.subList(i + 1, 13));
          assertThat(after.rest()).isEqualTo(all.subList(i + 1, 13));
        }
      }
      try (EventStream beyond = EventStream.of(server, path + "?since_seq=99")) {
        assertThat(beyond.rest()).extracting(Event::name).containsExactly("status");
      }
      for (String noId : List.of("", "12", "1-2", "a-b-c", "1-2-3-4", "-1-2-3")) {
        try (EventStream whole = EventStream.of(server, path, noId)) {
          assertThat(whole.rest()).isEqualTo(all);
        }
      }
    }
  }

  @Test
  void a_dry_run_is_replayed_from_its_record() throws Exception {
    try (RealServer server = server("true")) {
      HttpResponse<String> run = server.post(body(true));
      try (EventStream events = EventStream.of(server, logs(json(run).get("run_id").textValue()))) {
        List<Event> all = events.rest();
        assertThat(String.join("", chunks(all))).isEqualTo(json(run).get("stdout").textValue());
        assertThat(all.get(0).data().get("created_at").isNull()).isTrue();
        assertThat(all.get(all.size() - 1).data()).hasToString("{\"status\":\"completed\"}");
      }
    }
  }

  /** As a browser does it: with the id of the last event that it has seen. */
  @Test
  void a_client_continues_over_a_restart_of_the_server_without_loss_or_repetition()
      throws Exception {
    String script =
        "echo a; echo b >&2; printf part; " + until("go") + " echo ial; echo c >&2; echo d";
    List<Event> seen = new ArrayList<>();
    String path;
    EventStream first;
    try (RealServer server =
        server(script, settings -> settings.stopTimeout(Duration.ofMillis(1)))) {
      path = logs(startRun(server));
      first = EventStream.of(server, path);
      seen.add(first.nextLine());
      seen.add(first.nextLine());
    } // ends the responses; the run continues
    assertThat(first.rest()).isEmpty();
    try (RealServer next = server(script)) {
      try (EventStream events = EventStream.of(next, path, seen.get(1).id())) {
        allow("go");
        seen.addAll(List.of(events.nextLine(), events.nextLine(), events.nextLine()));
        // its registry is gone with the first server, at least for this one: it is reconciled
        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  next.registry.reconcile();
                  return next.active().isEmpty();
                });
        seen.addAll(events.rest());
      }
      assertThat(chunks(seen.subList(0, 2))).containsExactlyInAnyOrder("a\n", "b\n");
      assertThat(chunks(seen.subList(2, 5))).contains("partial\n", "c\n", "d\n");
      assertThat(seen).hasSize(6);
      assertThat(seen.subList(0, 5))
          .extracting(event -> event.data().get("seq").intValue())
          .containsExactly(1, 2, 3, 4, 5);
      try (EventStream whole = EventStream.of(next, path)) {
        assertThat(whole.rest()).isEqualTo(seen);
      }
    }
  }

  @Test
  void bytes_that_are_no_text_and_very_long_lines_do_not_stop_the_stream() throws Exception {
    String script =
        "printf 'a\\000b\\377\\303\\n'; head -c 200000 /dev/zero | tr '\\0' x; echo; printf '\\303'";
    try (RealServer server = server(script);
        EventStream events = EventStream.of(server, logs(run(server)))) {
      List<String> chunks = chunks(events.rest());

      assertThat(chunks.get(0)).isEqualTo("a\uFFFDb\uFFFD\uFFFD\n");
      assertThat(chunks.subList(1, 5))
          .extracting(String::length)
          .containsExactly(65_536, 65_536, 65_536, 3_393);
      assertThat(chunks.subList(5, 6)).containsExactly("\uFFFD");
    }
  }

  @Test
  void a_run_that_does_not_exist_or_ran_elsewhere_is_not_found() throws Exception {
    String other;
    try (RealServer elsewhere =
        new RealServer(database, folder.resolve("other"), running("echo x"))) {
      other = run(elsewhere);
    }
    try (RealServer server = server("echo x")) {
      String unknown = "01a22f00-0000-7000-8000-000000000000";
      HttpResponse<String> none = server.get(logs(unknown));
      assertThat(none.statusCode()).isEqualTo(404);
      assertThat(json(none).get("detail").textValue()).isEqualTo("No run " + unknown);
      HttpResponse<String> elsewhere = server.get(logs(other));
      assertThat(elsewhere.statusCode()).isEqualTo(404);
      assertThat(json(elsewhere).get("detail").textValue())
          .startsWith("This host has no output of run " + other);
      for (String query : List.of("since_seq=-1", "since_seq=x", "since_seq=9999999999999999999")) {
        assertThat(server.get(logs(run(server)) + "?" + query).statusCode()).isEqualTo(422);
      }
      assertThat(server.get(logs("x")).statusCode()).isEqualTo(422);
      HttpResponse<String> head =
          server.send(server.request(logs(run(server))).method("HEAD", BodyPublishers.noBody()));
      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.headers().firstValue("Content-Type"))
          .get()
          .asString()
          .contains("event-stream");
    }
  }

  @Test
  void a_client_that_does_not_read_is_disconnected_and_the_others_are_not() throws Exception {
    String script = until("go") + " yes 'a line that is printed all the time' | head -c 200000000";
    try (RealServer server =
        server(script, settings -> settings.requestTimeout(Duration.ofSeconds(2)))) {
      String path = logs(startRun(server));
      try (Socket slow = RawRequest.connect(server);
          EventStream reading = EventStream.of(server, path)) {
        slow.getOutputStream()
            .write(
                ("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
        await().atMost(PATIENCE).until(() -> followers(server) == 2);
        allow("go");

        await()
            .atMost(PATIENCE)
            .until(
                () -> {
                  for (int i = 0; i < 1_000; i++) {
                    assertThat(reading.nextLine().chunk()).startsWith("a line");
                  }
                  return followers(server) == 1;
                });
        assertThat(readToItsEnd(slow)).isLessThan(50_000_000);
      }
    }
  }

  private static long readToItsEnd(Socket socket) {
    long bytes = 0;
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = socket.getInputStream()) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        bytes += n;
      }
    } catch (IOException e) { // the connection was reset
      return bytes;
    }
    return bytes;
  }

  @Test
  void two_hundred_clients_follow_twenty_runs_without_a_query_and_health_is_answered()
      throws Exception {
    String script = "echo first; " + until("go") + " echo last";
    List<EventStream> clients = new ArrayList<>();
    try (RealServer server = server(script)) {
      List<String> ids = IntStream.range(0, 20).mapToObj(i -> startRun(server)).toList();
      for (int i = 0; i < 200; i++) {
        clients.add(EventStream.of(server, logs(ids.get(i % 20))));
      }
      clients.forEach(client -> assertThat(client.nextLine().chunk()).isEqualTo("first\n"));
      double queries = queries(server);
      for (EventStream client : clients) {
        assertThat(client.next().orElseThrow().name()).isEqualTo("heartbeat");
      }
      assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
      assertThat(queries(server)).isEqualTo(queries);

      allow("go");

      for (EventStream client : clients) {
        List<Event> rest = client.rest();
        assertThat(chunks(rest)).containsExactly("last\n");
        assertThat(rest.get(1).data()).hasToString("{\"status\":\"completed\"}");
      }
    } finally {
      clients.forEach(EventStream::close);
    }
  }

  /** The number of calls of the database that look for a run. */
  private static double queries(RealServer server) {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(line -> line.startsWith("registry_database_seconds_count"))
        .filter(line -> line.contains("\"find"))
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
        .sum();
  }

  @Test
  void a_run_is_followed_while_its_database_is_away() throws Exception {
    try (RealServer server = server("echo up; " + until("go") + " echo down")) {
      String path = logs(startRun(server));
      Path file = folder.resolve("registry.db");
      byte[] whole = Files.readAllBytes(file);
      Files.write(file, new byte[whole.length]); // no database any more
      try (EventStream events = EventStream.of(server, path)) {
        assertThat(events.nextLine().chunk()).isEqualTo("up\n");
        allow("go");
        assertThat(events.nextLine().chunk()).isEqualTo("down\n");
        assertThat(events.nextLine().data()).hasToString("{\"status\":\"completed\"}");
      }
      Files.write(file, whole, StandardOpenOption.TRUNCATE_EXISTING);
    }
  }

  @Test
  void a_run_whose_files_are_deleted_is_not_followed_any_more() throws Exception {
    try (RealServer server = server("echo up")) {
      String id = run(server);
      Path log = server.registry.log(dev.runregistry.run.RunId.parse(id), LogStream.STDOUT).get();
      for (String name : List.of("stdout.log", "stderr.log", "outcome.json")) {
        Files.delete(log.resolveSibling(name));
      }
      assertThat(server.get(logs(id)).statusCode()).isEqualTo(404);
    }
  }
}
