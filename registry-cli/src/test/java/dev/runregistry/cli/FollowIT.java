package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.cli.Launcher.Started;
import dev.runregistry.internal.files.BoundedJson;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A client of server-sent events that is not ours: eventsource, in Node.js. */
@Timeout(600)
class FollowIT {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int SOME = 40;

  /** Prints on both streams until it may end. */
  private static final String PRINTING =
      "[\"sh\", \"-c\", \"i=0; until [ -e go ]; do i=$((i+1)); echo out $i; echo err $i >&2;"
          + " sleep 0.05; done; echo last\"]";

  /** Prints each event as one JSON document, until the status. */
  private static final String CLIENT =
      """
      const EventSource = require('eventsource');
      const source = new EventSource(process.argv[2]);
      const print = (event, fields) => console.log(JSON.stringify({ event: event.type, ...fields }));
      source.addEventListener('open', event => print(event, {}));
      source.addEventListener('log',
        event => print(event, { id: event.lastEventId, ...JSON.parse(event.data) }));
      source.addEventListener('status', event => {
        print(event, JSON.parse(event.data));
        source.close();
      });
      """;

  @TempDir private Path folder;
  private final List<Started> started = new ArrayList<>();
  private Launcher launcher;
  private int port;

  @BeforeAll
  static void build() {
    ShellTools.needEventSource();
    Launcher.buildServerArchive();
  }

  @BeforeEach
  void open() throws IOException {
    launcher = new Launcher(folder).with("NODE_PATH", ShellTools.NODE_MODULES.toString());
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      port = socket.getLocalPort(); // the server comes back at the same one
    }
  }

  @AfterEach
  void end() throws IOException, InterruptedException {
    Files.write(folder.resolve("go"), new byte[0]);
    for (Started process : started) {
      process.process().destroyForcibly().waitFor();
    }
  }

  private Started serve() {
    Started server =
        launcher.start(
            List.of(
                "serve",
                "--port",
                String.valueOf(port),
                "--datasets",
                Launcher.SOURCES.resolve("examples/datasets").toString(),
                "--command",
                PRINTING));
    started.add(server);
    await()
        .atMost(PATIENCE)
        .failFast(() -> assertThat(server.process().isAlive()).as(server.err()).isTrue())
        .until(() -> server.out().endsWith("\n"));
    return server;
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  /** Returns the id of a run that goes on when its server ends. */
  private String submit() throws Exception {
    String body = "{\"dataset_key\":\"arithmetic-traces\",\"model_id\":\"m\",\"dry_run\":false}";
    HttpRequest request =
        HttpRequest.newBuilder(uri("/api/tunix/run?mode=async"))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body))
            .build();
    return HttpClient.newHttpClient()
        .send(request, BodyHandlers.ofString())
        .body()
        .replaceAll("(?s).*?\"run_id\":\"([^\"]+)\".*", "$1");
  }

  private Started follow(String id) throws IOException {
    Path script = Files.writeString(folder.resolve("client.js"), CLIENT);
    Started client =
        launcher.startCommand(
            List.of("node", script.toString(), uri("/api/tunix/runs/" + id + "/logs").toString()));
    started.add(client);
    return client;
  }

  private static List<Map<String, @Nullable Object>> events(Started client, String kind) {
    return client
        .out()
        .lines()
        .filter(line -> line.endsWith("}")) // the last one may not be complete
        .map(FollowIT::event)
        .filter(event -> kind.equals(event.get("event")))
        .toList();
  }

  private static Map<String, @Nullable Object> event(String line) {
    try {
      return BoundedJson.object(line.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError(line, e);
    }
  }

  private void awaitMoreLines(Started client) {
    int before = events(client, "log").size();
    await()
        .atMost(PATIENCE)
        .failFast(() -> assertThat(client.process().isAlive()).as(client.err()).isTrue())
        .until(() -> events(client, "log").size() >= before + SOME);
  }

  @Test
  void a_client_sees_every_line_once_though_the_server_is_killed_meanwhile() throws Exception {
    Started killed = serve();
    String id = submit();
    Started client = follow(id);
    awaitMoreLines(client);

    killed.process().destroyForcibly().waitFor();
    serve();
    awaitMoreLines(client);
    Files.createFile(folder.resolve("go"));

    assertThat(Launcher.result(client).code()).as(client.err()).isZero();
    assertThat(events(client, "open")).hasSize(2);
    assertThat(events(client, "status"))
        .singleElement()
        .satisfies(event -> assertThat(event).containsEntry("status", "completed"));
    List<Map<String, @Nullable Object>> lines = events(client, "log");
    assertThat(lines.stream().map(event -> event.get("seq")))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, lines.size()).boxed().toList());
    assertThat(lines.stream().map(event -> event.get("id"))).doesNotHaveDuplicates();
    Path run = launcher.home().resolve("runs/done/" + id);
    for (String stream : List.of("stdout", "stderr")) {
      StringBuilder seen = new StringBuilder();
      lines.stream()
          .filter(event -> stream.equals(event.get("stream")))
          .forEach(event -> seen.append(event.get("chunk")));
      assertThat(run.resolve(stream + ".log")).hasContent(seen.toString());
    }
  }
}
