package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RepositoryTimeoutException;
import dev.runregistry.run.port.UnreadableRunException;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class FailureTest {
  private static final String DRY_RUN = "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\"}";
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger("dev.runregistry.http");

  private final TestServer server =
      TestServer.start(
          ScriptedRunExecutor.endingWith(Runs.exited(0)),
          settings -> settings.requestTimeout(Duration.ofSeconds(1)));
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();

  @BeforeEach
  void listen() {
    log.start();
    LOGGER.setLevel(Level.INFO);
    LOGGER.setAdditive(false);
    LOGGER.addAppender(log);
  }

  @AfterEach
  void stop() {
    server.close();
    LOGGER.detachAppender(log);
    LOGGER.setAdditive(true);
    LOGGER.setLevel(null);
  }

  private String logged() {
    return List.copyOf(log.list).stream()
        .map(event -> event.getLevel() + " " + event.getFormattedMessage())
        .collect(Collectors.joining("\n"));
  }

  private static void requireNoSecret(HttpResponse<String> answer) {
    assertThat(answer.body())
        .doesNotContainIgnoringCase("select", "tunix_runs", "db.internal", "Exception", "java.")
        .doesNotContain("/", "Connection refused");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/tunix/runs",
        "/api/tunix/runs/01900000-0000-7000-8000-000000000000",
        "/api/health/ready"
      })
  void reads_are_503_with_a_reason_while_the_database_is_away(String path) {
    server.repository.setBroken(true);

    HttpResponse<String> answer = server.get(path);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(json(answer).get("detail").textValue()).startsWith("The database does not answer");
    requireNoSecret(answer);
    server.repository.setBroken(false);
    assertThat(server.get("/api/tunix/runs").statusCode()).isEqualTo(200);
  }

  @Test
  void a_query_that_takes_the_database_too_long_is_not_called_an_outage() {
    server.repository.setDefect(
        new RepositoryTimeoutException("cannot list runs", new IOException("57014")));

    HttpResponse<String> answer = server.get("/api/tunix/runs?mode=local");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(json(answer).get("detail").textValue())
        .startsWith("The database takes too long for this request");
  }

  @Test
  void an_error_of_the_jvm_is_an_answer_like_all_others() {
    server.repository.setError(new NoClassDefFoundError("dev/runregistry/Secret"));

    HttpResponse<String> answer = server.get("/api/tunix/runs");

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
    assertThat(json(answer).get("detail").textValue())
        .startsWith("Internal Server Error (request ");
    assertThat(logged()).contains("ERROR request ");
    server.repository.setError(null);
    assertThat(server.get("/api/tunix/runs").statusCode()).isEqualTo(200);
  }

  @Test
  void a_run_never_fails_for_the_database_and_waits_in_the_journal() {
    server.repository.setBroken(true);

    HttpResponse<String> answer = server.post(DRY_RUN);

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(json(answer).get("status").textValue()).isEqualTo("completed");
    RunId id = RunId.parse(json(answer).get("run_id").textValue());
    assertThat(server.journal.ended(id)).isPresent();
    assertThat(server.journal.isArchived(id)).isFalse();
  }

  @Test
  void how_many_runs_wait_for_the_database_is_said_by_ready_and_metrics() {
    server.repository.setBroken(true);
    server.post(DRY_RUN);
    server.post(DRY_RUN);

    assertThat(json(server.get("/api/health/ready")).get("detail").textValue())
        .startsWith("The database does not answer; ended runs that wait for it: 2 (request ");
    server.repository.setBroken(false);
    assertThat(json(server.get("/api/health/ready")).get("runs_waiting").intValue()).isEqualTo(2);
    assertThat(server.get("/metrics").body()).contains("\nregistry_journal_waiting 2.0\n");
  }

  @Test
  void a_run_that_cannot_be_noted_is_503_and_not_started() {
    server.journal.failWith("/var/lib/registry: No space left on device");

    HttpResponse<String> answer = server.post(DRY_RUN);

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(json(answer).get("detail").textValue()).contains("nothing was started");
    requireNoSecret(answer);
  }

  @Test
  void a_server_whose_home_cannot_be_written_is_not_ready() {
    server.journal.failWith("/var/lib/registry: Read-only file system");

    HttpResponse<String> answer = server.get("/api/health/ready");

    assertThat(answer.statusCode()).isEqualTo(503);
    assertThat(json(answer).get("detail").textValue())
        .startsWith("The journal of this host cannot be written");
    requireNoSecret(answer);
    assertThat(server.get("/api/health/ready").statusCode()).isEqualTo(503);
    server.journal.failWith(null);
    assertThat(server.get("/api/health/ready").statusCode()).isEqualTo(200);
    assertThat(logged()) // not each probe
        .isEqualTo("WARN not ready: /var/lib/registry: Read-only file system\nINFO ready again");
  }

  @Test
  void a_defect_is_500_and_says_nothing_but_its_request_id() {
    server.repository.setDefect(new IllegalStateException("select secret from /etc/passwd"));

    HttpResponse<String> answer = server.get("/api/tunix/runs");

    assertThat(answer.statusCode()).isEqualTo(500);
    String id = answer.headers().firstValue("X-Request-Id").orElseThrow();
    assertThat(json(answer).get("detail").textValue())
        .isEqualTo("Internal Server Error (request " + id + ")");
    assertThat(logged()).contains("ERROR request " + id + " broke");
  }

  @Test
  void a_client_that_goes_away_or_stops_reading_is_no_failure_of_ours(@TempDir Path folder)
      throws IOException {
    RunId id = Runs.id();
    Path output = folder.resolve("stdout.log");
    try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "rw")) {
      file.setLength(1L << 30);
    }
    server.logs.put(id + " stdout", output);
    String request =
        "GET /api/tunix/runs/" + id + "/logs/stdout HTTP/1.1\r\nHost: localhost\r\n\r\n";
    try (Socket gone = RawRequest.connect(server)) {
      gone.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      assertThat(gone.getInputStream().read()).isEqualTo('H');
      gone.setSoLinger(true, 0);
    }
    try (Socket still = RawRequest.connect(server)) {
      still.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));

      await() // both answers are over, though nobody has read them
          .atMost(Duration.ofMinutes(2))
          .until(() -> logged().split("/logs/stdout\" 200", -1).length == 3);
    }
    assertThat(logged()).doesNotContain("ERROR", "WARN");
  }

  @Test
  void a_client_that_goes_away_before_its_answer_is_no_failure_of_ours() throws IOException {
    CountDownLatch answering = new CountDownLatch(1);
    server.repository.setHeld(answering);
    try (Socket gone = RawRequest.connect(server)) {
      gone.getOutputStream()
          .write(
              "GET /api/tunix/runs HTTP/1.1\r\nHost: localhost\r\n\r\n"
                  .getBytes(StandardCharsets.US_ASCII));
      await().atMost(Duration.ofMinutes(2)).until(() -> server.repository.waiting() == 1);
      gone.setSoLinger(true, 0);
    }

    answering.countDown();

    await().atMost(Duration.ofMinutes(2)).until(() -> logged().contains("/api/tunix/runs\" 200"));
    assertThat(logged()).doesNotContain("ERROR", "WARN");
  }

  @Test
  void a_failure_carries_a_request_id_that_the_log_has_too() {
    server.repository.setBroken(true);

    HttpResponse<String> answer = server.get("/api/tunix/runs");

    String id = answer.headers().firstValue("X-Request-Id").orElseThrow();
    assertThat(json(answer).get("detail").textValue()).endsWith("(request " + id + ")");
    assertThat(logged()).contains("ERROR request " + id + ": the database failed");
  }

  @Test
  void a_sane_request_id_is_kept_and_any_other_replaced() {
    HttpRequest.Builder request = server.request("/api/health").GET();

    assertThat(
            server
                .send(request.header("X-Request-Id", "trace-7:a.b_c"))
                .headers()
                .firstValue("X-Request-Id"))
        .contains("trace-7:a.b_c");
    for (String insane : List.of("a b", "a\"b", "x".repeat(65), "<script>")) {
      assertThat(
              server
                  .send(server.request("/api/health").GET().header("X-Request-Id", insane))
                  .headers()
                  .firstValue("X-Request-Id"))
          .hasValueSatisfying(id -> assertThat(id).matches("[0-9a-f]{16}"));
    }
  }

  @Test
  void every_request_has_one_line_in_the_access_log() {
    server.send(server.request("/api/tunix/runs?limit=7").GET().header("X-Request-Id", "seven"));
    RawRequest.send(server, "NONSENSE\r\n\r\n");

    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> {
              assertThat(logged())
                  .containsPattern(
                      "INFO 127.0.0.1 \"GET /api/tunix/runs\\?limit=7\" 200 \\d+ B \\d+ ms seven")
                  .containsPattern("\" 400 \\d+ B \\d+ ms [0-9a-f]{16}");
            });
  }

  @Test
  void a_line_of_the_access_log_cannot_be_forged() {
    RawRequest.send(
        server,
        "GET /api/x?a=\u001b[31m%0aINFO\"forged HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    await().atMost(Duration.ofMinutes(2)).untilAsserted(() -> assertThat(logged()).contains("ms "));
    assertThat(logged()).doesNotContain("\u001b").doesNotContain("\"forged");
  }

  @Test
  void a_record_that_cannot_be_read_is_500_with_a_reason() {
    server.repository.setDefect(
        new UnreadableRunException("the record of run x cannot be read", new IOException("value")));

    HttpResponse<String> answer = server.get("/api/tunix/runs/" + Runs.id());

    assertThat(answer.statusCode()).isEqualTo(500);
    assertThat(json(answer).get("detail").textValue())
        .startsWith("The record of the run was changed and cannot be read");
  }
}
