package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.runregistry.cli.Launcher.Result;
import dev.runregistry.cli.Launcher.Started;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code bin/registry serve}, started and ended as an operator would. */
class ServeIT {
  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String DATASETS = Launcher.SOURCES.resolve("examples/datasets").toString();

  /** Says that it has started, and goes on until it may end. */
  private static final String WAITING =
      "[\"sh\", \"-c\", \"touch started; until [ -e go ]; do sleep 0.05; done; echo through\"]";

  @TempDir private Path folder;
  private final HttpClient client = HttpClient.newHttpClient();
  private final List<Started> servers = new ArrayList<>();
  private Launcher launcher;

  @BeforeAll
  static void build() {
    Launcher.buildServerArchive();
  }

  @BeforeEach
  void open() {
    launcher = new Launcher(folder);
  }

  @AfterEach
  void end() throws IOException, InterruptedException {
    Files.write(folder.resolve("go"), new byte[0]);
    for (Started server : servers) {
      server.process().destroyForcibly().waitFor();
    }
    // a run outlives its server: it has to see the file before the folder is taken away
    await().atMost(PATIENCE).until(this::everyRunHasEnded);
  }

  private boolean everyRunHasEnded() throws IOException {
    Path active = launcher.home().resolve("runs/active");
    if (!Files.isDirectory(active)) {
      return true;
    }
    try (Stream<Path> runs = Files.list(active)) {
      return runs.allMatch(run -> Files.exists(run.resolve("exit")));
    }
  }

  private static List<String> arguments(String command, String... options) {
    List<String> arguments = new ArrayList<>(List.of("serve", "--port", "0"));
    arguments.addAll(List.of("--datasets", DATASETS, "--command", command));
    arguments.addAll(List.of(options));
    return arguments;
  }

  private Started serve(String command, String... options) {
    return awaitAddress(launcher.start(arguments(command, options)));
  }

  /** Read in this process, which is quicker. */
  private String registry(String... arguments) {
    return new Session(launcher.home()).registry(arguments).out();
  }

  private Started awaitAddress(Started server) {
    servers.add(server);
    await()
        .atMost(PATIENCE)
        .failFast(() -> assertThat(server.process().isAlive()).as(server.err()).isTrue())
        .until(() -> server.out().endsWith("\n"));
    return server;
  }

  private static URI uri(Started server, String path) {
    return URI.create(server.out().strip() + path);
  }

  private String get(Started server, String path) throws Exception {
    HttpRequest request = HttpRequest.newBuilder(uri(server, path)).build();
    return client.send(request, BodyHandlers.ofString()).body();
  }

  private static String body(boolean dryRun) {
    return "{\"dataset_key\":\"arithmetic-traces\",\"model_id\":\"m\",\"dry_run\":" + dryRun + "}";
  }

  private static HttpRequest.Builder post(Started server, boolean dryRun) {
    return HttpRequest.newBuilder(uri(server, "/api/tunix/run"))
        .header("Content-Type", "application/json")
        .POST(BodyPublishers.ofString(body(dryRun)));
  }

  @Test
  void a_run_belongs_to_the_trace_of_its_request_and_not_to_that_of_the_server() throws Exception {
    launcher.with("TRACEPARENT", "00-11111111111111111111111111111111-1111111111111111-01");
    Started server = serve("[\"sh\", \"-c\", \"echo [$TRACEPARENT]; ls >&2\"]");
    String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    String with =
        client
            .send(
                post(server, false).header("traceparent", parent).build(), BodyHandlers.ofString())
            .body();
    String without = client.send(post(server, false).build(), BodyHandlers.ofString()).body();

    assertThat(with).contains("\"stdout\":\"[" + parent + "]\\n\"").doesNotContain("provenance");
    assertThat(without).contains("\"stdout\":\"[]\\n\"");
    String id = with.replaceAll("(?s).*\"run_id\":\"([^\"]+)\".*", "$1");
    assertThat(registry("runs", "show", "--json", id))
        .contains("\"working_dir\":\"" + folder.toRealPath() + "\"");
  }

  private CompletableFuture<HttpResponse<String>> startLocal(Started server) {
    CompletableFuture<HttpResponse<String>> answer =
        client.sendAsync(post(server, false).build(), BodyHandlers.ofString());
    awaitFile("started");
    return answer;
  }

  private void awaitFile(String name) {
    await().atMost(PATIENCE).until(() -> Files.exists(folder.resolve(name)));
  }

  private void go() throws IOException {
    Files.createFile(folder.resolve("go"));
  }

  private void awaitInDetail(Started server, String text) {
    await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              String list = get(server, "/api/tunix/runs");
              String id = list.replaceAll("(?s).*?\"run_id\":\"([^\"]+)\".*", "$1");
              assertThat(get(server, "/api/tunix/runs/" + id)).contains(text);
            });
  }

  private static int exitCode(Started server) throws InterruptedException {
    assertThat(server.process().waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    return server.process().exitValue();
  }

  @Test
  void it_says_where_it_is_answers_and_stops_at_a_signal() throws Exception {
    launcher.withoutHome();
    Started server = serve("tunix");

    assertThat(server.out()).matches("http://127\\.0\\.0\\.1:[1-9][0-9]*\n");
    assertThat(get(server, "/api/health")).isEqualTo("{\"status\":\"healthy\"}");
    assertThat(get(server, "/api/health/ready"))
        .isEqualTo("{\"status\":\"ready\",\"runs_waiting\":0}");
    String run = client.send(post(server, true).build(), BodyHandlers.ofString()).body();
    assertThat(run).contains("\"status\":\"completed\",\"mode\":\"dry-run\"");
    assertThat(get(server, "/api/tunix/runs")).contains(run.substring(1, 49));
    assertThat(get(server, "/metrics")).contains("registry_journal_depth", "registry_database");

    server.process().destroy();

    assertThat(exitCode(server)).isZero();
    assertThat(server.err())
        .containsPattern(
            "(?m)^\\d{4}-\\d\\d-\\d\\dT\\S+ INFO 127\\.0\\.0\\.1 \"POST /api/tunix/run\" 200 ");
    assertThat(registry("runs", "--mode", "dry-run")).hasLineCount(2);
  }

  @Test
  void each_start_and_end_of_a_run_is_logged_and_no_probe() throws Exception {
    Started server = serve("true");
    for (String path : List.of("/api/health", "/api/health/ready", "/metrics")) {
      get(server, path);
    }
    String run = client.send(post(server, false).build(), BodyHandlers.ofString()).body();

    server.process().destroy();

    assertThat(exitCode(server)).isZero();
    String id = run.substring(11, 47);
    assertThat(server.err())
        .contains(" INFO run " + id + " started: executor process\n")
        .containsPattern(
            " INFO run " + id + " ended: status completed, exit code 0, duration [0-9.]+ s\n")
        .doesNotContain("/api/health", "/metrics");
  }

  @Test
  void the_log_is_one_json_object_a_line() throws Exception {
    Started server = serve("false", "--log-format", "json");
    String run = client.send(post(server, false).build(), BodyHandlers.ofString()).body();

    server.process().destroy();

    assertThat(exitCode(server)).isZero();
    String id = run.substring(11, 47);
    List<Map<String, String>> log = new ArrayList<>();
    for (String line : server.err().lines().toList()) {
      log.add(fields(line));
    }
    assertThat(log)
        .allSatisfy(
            line -> {
              assertThat(Instant.parse(line.get("@timestamp"))).isAfter(Instant.EPOCH);
              assertThat(line).containsKeys("log.level", "log.logger", "process.thread.name");
            })
        .anySatisfy(
            line ->
                assertThat(line)
                    .containsEntry("run_id", id)
                    .containsEntry("log.level", "INFO")
                    .containsEntry("message", "run " + id + " started: executor process"))
        .anySatisfy(
            line ->
                assertThat(line.get("message"))
                    .startsWith("run " + id + " ended: status failed, exit code 1, duration "))
        .anySatisfy(line -> assertThat(line.get("message")).contains("\"POST /api/tunix/run\" 200"))
        .filteredOn(line -> line.containsKey("run_id"))
        .hasSize(2);
  }

  @Test
  void an_exception_is_part_of_its_json_object() throws Exception {
    launcher.with("REGISTRY_LOG_FORMAT", "json").with("REGISTRY_DATASETS", "/dev/null/none");
    Started server = awaitAddress(launcher.start(List.of("serve", "--port", "0")));
    assertThat(get(server, "/api/datasets")).contains("The datasets cannot be listed");

    server.process().destroy();

    assertThat(exitCode(server)).isZero();
    assertThat(server.err().lines().map(ServeIT::fields))
        .anySatisfy(
            line ->
                assertThat(line)
                    .containsEntry("log.level", "ERROR")
                    .containsEntry("error.type", "dev.runregistry.run.dataset.DatasetException")
                    .hasEntrySatisfying(
                        "error.stack_trace", trace -> assertThat(trace).contains("\n\tat dev.")));
  }

  private static Map<String, String> fields(String line) {
    Map<String, String> fields = new HashMap<>();
    try (JsonParser json = new JsonFactory().createParser(line)) {
      assertThat(json.nextToken()).as(line).isEqualTo(JsonToken.START_OBJECT);
      for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
        assertThat(fields.put(name, json.nextTextValue())).as(name).isNull();
      }
      assertThat(json.currentToken()).as(line).isEqualTo(JsonToken.END_OBJECT);
      assertThat(json.nextToken()).as(line).isNull();
    } catch (IOException e) {
      throw new UncheckedIOException(line, e);
    }
    return fields;
  }

  @Test
  void a_local_run_is_the_configured_command_and_never_learns_the_token() throws Exception {
    launcher.with("REGISTRY_TOKEN", "s3cret");
    Started server = serve("[\"sh\", \"-c\", \"echo token=$REGISTRY_TOKEN; exit 3\"]");

    int withoutToken =
        client.send(post(server, false).build(), BodyHandlers.ofString()).statusCode();
    String run =
        client
            .send(
                post(server, false).header("Authorization", "Bearer s3cret").build(),
                BodyHandlers.ofString())
            .body();

    assertThat(withoutToken).isEqualTo(401);
    assertThat(run)
        .contains("\"status\":\"failed\",\"mode\":\"local\"")
        .contains("\"exit_code\":3,\"stdout\":\"token=\\n\"");
    assertThat(server.err()).doesNotContain("s3cret");
  }

  @Test
  void a_run_of_the_server_could_open_more_files_than_its_user_said() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("sh", "-c", "ulimit -Sn 500; exec \"$0\" \"$@\"", Launcher.SCRIPT.toString()));
    command.addAll(arguments("[\"sh\", \"-c\", \"ulimit -Sn\"]"));
    Started server = awaitAddress(launcher.startCommand(command));

    String run = client.send(post(server, false).build(), BodyHandlers.ofString()).body();

    assertThat(run).contains("\"stdout\":\"500\\n\"");
  }

  @Test
  void a_client_that_hangs_up_does_not_end_its_run() throws Exception {
    Started server = serve(WAITING);
    URI address = uri(server, "");
    try (Socket socket = new Socket(address.getHost(), address.getPort())) {
      String request =
          "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
              + "Content-Length: %d\r\n\r\n%s".formatted(body(false).length(), body(false));
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      awaitFile("started");
    }

    awaitInDetail(server, "\"status\":\"running\"");
    go();

    awaitInDetail(server, "\"exit_code\":0,\"stdout\":\"through\\n\"");
  }

  @Test
  void a_run_whose_server_is_killed_goes_on_and_is_on_record_as_it_ended() throws Exception {
    Started killed = serve(WAITING);
    startLocal(killed);

    killed.process().destroyForcibly().waitFor();
    Started next = serve(WAITING);

    awaitInDetail(next, "\"status\":\"running\"");
    go();
    awaitInDetail(next, "\"exit_code\":0,\"stdout\":\"through\\n\"");
    try (Stream<Path> active = Files.list(launcher.home().resolve("runs/active"))) {
      assertThat(active).isEmpty();
    }
  }

  @Test
  void a_stop_waits_for_the_run_that_goes_on_and_its_client_has_the_answer() throws Exception {
    Started server = serve(WAITING);
    CompletableFuture<HttpResponse<String>> answer = startLocal(server);

    server.process().destroy();
    go();

    assertThat(answer.get().body()).contains("\"exit_code\":0,\"stdout\":\"through\\n\"");
    assertThat(exitCode(server)).isZero();
  }

  @Test
  void a_run_that_outlasts_the_stop_limit_goes_on_without_the_server() throws Exception {
    Started server = serve(WAITING, "--stop-timeout", "200ms");
    startLocal(server);

    server.process().destroy();

    assertThat(exitCode(server)).isZero();
    assertThat(registry("runs", "--status", "running")).hasLineCount(2);
    go();
    await()
        .atMost(PATIENCE)
        .until(() -> registry("runs", "--status", "completed").contains("completed"));
  }

  @Test
  void a_second_signal_ends_it_at_once() {
    Started server = serve(WAITING);
    startLocal(server);

    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              server.process().destroy();
              return !server.process().isAlive();
            });

    assertThat(server.process().exitValue()).isEqualTo(143);
  }

  @Test
  void it_refuses_to_listen_for_others_without_a_token() {
    Result result = launcher.registry("serve", "--host", "0.0.0.0", "--port", "0");

    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).contains("the server needs a token");
  }

  /** A jar more on the class path is a slower start of every run. */
  @Test
  void a_run_has_none_of_the_servers_jars() throws IOException {
    try (Stream<Path> jars = Files.list(Path.of("target/registry/lib"))) {
      assertThat(
              jars.map(jar -> jar.getFileName().toString())
                  .filter(name -> name.endsWith(".jar"))
                  .map(name -> name.replaceAll("-[0-9].*", "")))
          .containsExactlyInAnyOrder(
              "HikariCP",
              "flyway-core",
              "flyway-database-cockroachdb",
              "flyway-database-postgresql",
              "jackson-annotations",
              "jackson-core",
              "jackson-databind",
              "jackson-dataformat-yaml",
              "jooq",
              "picocli",
              "postgresql",
              "r2dbc-spi",
              "reactive-streams",
              "registry-cli",
              "registry-core",
              "registry-datasets",
              "registry-executor-process",
              "registry-executor-slurm",
              "registry-files",
              "registry-journal",
              "registry-json",
              "registry-persistence-jooq",
              "registry-provenance",
              "slf4j-api",
              "slf4j-simple",
              "snakeyaml",
              "sqlite-jdbc",
              "uuid-creator");
    }
  }
}
