package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static dev.runregistry.http.RealServer.running;
import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Clients that mean no good or do not do well, on real databases, through real sockets. */
class HostileClientsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path DATASETS = Path.of("../examples/datasets");

  /** Below the folder, through it, or beside it: where no dataset is, or none may be found. */
  private static final List<String> KEYS =
      List.of(
          "..",
          ".",
          "../datasets/arithmetic-traces",
          "./arithmetic-traces",
          "arithmetic-traces/",
          "arithmetic-traces/.",
          "arithmetic-traces/../arithmetic-traces",
          "/etc/passwd",
          "..\\datasets\\arithmetic-traces",
          "%2e%2e%2fdatasets%2farithmetic-traces",
          "..%2fdatasets",
          "arithmetic-traces\u0000",
          "arithmetic-traces\u0000.json",
          "arithmetic-traces\n",
          "\u2025/datasets",
          "\uFF0E\uFF0E\uFF0Fdatasets",
          "\u202Earithmetic-traces",
          "arithmetic-trace\u0073\u0301",
          "~root",
          "$HOME",
          "con",
          "x".repeat(255),
          "x".repeat(256),
          "\u00FC".repeat(127),
          "\u00FC".repeat(128),
          "\uD83D\uDD25".repeat(64),
          "\uD83D\uDD25",
          "\uD83D",
          " ",
          "arithmetic-traces ");

  @TempDir private Path folder;

  private RealServer server(RealDatabase engine, String script) throws Exception {
    return new RealServer(
        engine.migrated(folder),
        folder.resolve("home"),
        settings -> running(script).apply(settings).requestTimeout(Duration.ofSeconds(1)));
  }

  private static String escaped(String text) { // JSON may write any character so
    StringBuilder escaped = new StringBuilder();
    text.chars().forEach(c -> escaped.append("\\u%04x".formatted(c)));
    return escaped.toString();
  }

  @ParameterizedTest
  @EnumSource
  void no_key_of_a_data_set_leads_out_of_the_folder(RealDatabase engine) throws Exception {
    try (RealServer server = server(engine, "true")) {
      List<Path> before = everythingIn(DATASETS);
      for (String key : KEYS) {
        for (boolean dryRun : List.of(true, false)) {
          HttpResponse<String> answer =
              server.post(body(dryRun).replace("arithmetic-traces", escaped(key)));

          if (answer.statusCode() == 200) { // a legal name, which no dataset has
            JsonNode run = json(answer);
            assertThat(run.get("status").textValue()).as("key %s", key).isEqualTo("failed");
            assertThat(run.get("dataset_key").textValue()).isEqualTo(key);
            assertThat(run.get("exit_code").isNull()).isTrue();
          } else {
            assertThat(answer.statusCode()).as("key %s", key).isEqualTo(422);
            assertThat(json(answer).at("/detail/0/loc/1").textValue()).isEqualTo("dataset_key");
          }
        }
      }
      assertThat(everythingIn(DATASETS)).isEqualTo(before);
      assertThat(server.post(body(true)).body()).contains("\"status\":\"completed\"");
    }
  }

  private static List<Path> everythingIn(Path root) throws IOException {
    try (Stream<Path> paths = Files.walk(root)) {
      return paths.sorted().toList();
    }
  }

  private static void send(Socket socket, String request) throws IOException {
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
  }

  private static void hangUpAfter(String request, TestClient server) throws IOException {
    try (Socket socket = RawRequest.connect(server)) {
      send(socket, request);
      socket.setSoLinger(true, 0); // without a good-bye
    }
  }

  private static String posting(String body) {
    return "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Content-Length: "
        + body.length()
        + "\r\n\r\n";
  }

  private static JsonNode list(TestClient server, String status) {
    return json(server.get("/api/tunix/runs?status=" + status)).get("data");
  }

  @ParameterizedTest
  @EnumSource
  void a_client_that_hangs_up_neither_ends_nor_loses_its_run(RealDatabase engine) throws Exception {
    String script = "while [ ! -e " + folder + "/go ]; do sleep 0.1; done; echo done";
    try (RealServer server = server(engine, script)) {
      try (Socket socket = RawRequest.connect(server)) {
        send(socket, posting(body(false)) + body(false));
        await().atMost(PATIENCE).until(() -> list(server, "running").size() == 1);
        socket.setSoLinger(true, 0); // it does not even say good-bye
      }
      assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
      Files.createFile(folder.resolve("go"));

      await().atMost(PATIENCE).until(() -> list(server, "completed").size() == 1);
      String id = list(server, "completed").get(0).get("run_id").textValue();
      assertThat(json(server.get("/api/tunix/runs/" + id)).get("stdout").textValue())
          .isEqualTo("done\n");
      await().atMost(PATIENCE).until(() -> server.active().isEmpty());
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_request_that_never_ends_starts_nothing_and_keeps_nobody_waiting(RealDatabase engine)
      throws Exception {
    try (RealServer server = server(engine, "true")) {
      for (String part : List.of("", "{\"dataset_key\":", body(true).substring(1))) {
        hangUpAfter(posting(body(true)) + part, server);
        try (Socket slow = RawRequest.connect(server)) {
          send(slow, posting(body(true)) + part);
          assertThat(server.post(body(true)).statusCode()).isEqualTo(200);

          assertThat(RawRequest.read(slow.getInputStream()).statusCode()).isEqualTo(408);
        }
      }
      assertThat(list(server, "completed")).hasSize(3);
      assertThat(json(server.get("/api/tunix/runs")).get("data")).hasSize(3);
    }
  }

  @ParameterizedTest
  @EnumSource
  void two_hundred_connections_that_say_nothing_keep_nobody_waiting(RealDatabase engine)
      throws Exception {
    try (RealServer server = server(engine, "true")) {
      Socket[] silent = new Socket[200];
      for (int i = 0; i < silent.length; i++) {
        silent[i] = RawRequest.connect(server);
        send(silent[i], "POST /api/tunix/run HTTP/1.1\r\nHost: lo");
      }

      assertThat(server.post(body(true)).statusCode()).isEqualTo(200);
      for (Socket socket : silent) {
        assertThat(socket.getInputStream().read()).isEqualTo(-1); // and they are closed
        socket.close();
      }
    }
  }
}
