package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.runregistry.run.RunId;
import dev.runregistry.testkit.Runs;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

/** Bodies that break off or are malformed: a fault of the client, never one of the server. */
@Timeout(120)
class BrokenBodyTest {
  private static final String HEAD =
      "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final TestServer server = TestServer.start();
  private final Logger logger = (Logger) LoggerFactory.getLogger("dev.runregistry.http");
  private final List<ILoggingEvent> logged = new CopyOnWriteArrayList<>();
  private final AppenderBase<ILoggingEvent> appender =
      new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
          logged.add(event);
        }
      };

  @BeforeEach
  void listenToTheLog() {
    appender.start();
    logger.setLevel(Level.DEBUG);
    logger.addAppender(appender);
  }

  @AfterEach
  void stop() {
    server.close();
    logger.detachAppender(appender);
    logger.setLevel(null);
  }

  private static byte[] bytes(String request) {
    return request.getBytes(StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "zz\r\n{}\r\n0\r\n\r\n", // no hexadecimal number
        "-1\r\n{}\r\n0\r\n\r\n",
        "fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
        "2\r\n{}\r\nzz\r\n\r\n",
        "2\r\n{}0\r\n\r\n", // no line end after the chunk
        "2\r\n{}XX0\r\n\r\n",
        "2\r\n{}\r\n0\r\nBad Trailer: x\r\n\r\n",
      })
  void a_body_in_malformed_chunks_is_400(String chunks) {
    HttpResponse<String> answer =
        RawRequest.send(server, bytes(HEAD + "Transfer-Encoding: chunked\r\n\r\n" + chunks));

    requireBadRequest(answer);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 100\r\n\r\n",
        "Content-Length: 100\r\n\r\n{\"dataset_key\":",
        "Transfer-Encoding: chunked\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n64\r\n{\"dataset_key\":",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n",
      })
  void a_body_that_ends_early_is_400(String partOfTheRequest) throws IOException {
    try (Socket socket = RawRequest.connect(server)) {
      socket.getOutputStream().write(bytes(HEAD + partOfTheRequest));
      socket.shutdownOutput();

      requireBadRequest(RawRequest.read(socket.getInputStream()));
    }
  }

  private void requireBadRequest(HttpResponse<String> answer) {
    assertThat(answer.statusCode()).isEqualTo(400);
    Answers.requireDocumented("POST", "/api/tunix/run", answer);
    assertThat(json(answer).get("detail").textValue())
        .isEqualTo("The body ended early, or its chunks are malformed");
    assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
    assertThat(answer.headers().firstValue("Connection")).contains("close");
    assertThat(json(server.get("/api/tunix/runs")).get("data")).isEmpty();
    requireNothingLoggedAboveInfo();
  }

  private void requireNothingLoggedAboveInfo() {
    assertThat(logged).filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN)).isEmpty();
  }

  /** Waits for the line of the access log, which is the last of a request. */
  private void awaitEndOfRequest() {
    await()
        .atMost(PATIENCE)
        .until(() -> logged.stream().anyMatch(e -> e.getLoggerName().endsWith(".access")));
  }

  @Test
  void a_client_that_hangs_up_while_it_sends_is_no_error_in_the_log() throws IOException {
    try (Socket socket = RawRequest.connect(server)) {
      socket.setSoLinger(true, 0); // no orderly end of the connection
      socket.getOutputStream().write(bytes(HEAD + "Content-Length: 100\r\n\r\n{\"a\":"));
    }

    awaitEndOfRequest();
    requireNothingLoggedAboveInfo();
    assertThat(json(server.get("/api/tunix/runs")).get("data")).isEmpty();
  }

  @Test
  void a_client_that_hangs_up_while_it_reads_is_no_error_in_the_log(@TempDir Path folder)
      throws IOException {
    RunId id = Runs.id();
    Path log = folder.resolve("stdout.log");
    Files.write(log, new byte[32 << 20]); // more than any buffer on the way
    server.logs.put(id + " stdout", log);
    try (Socket socket = RawRequest.connect(server)) {
      socket.setSoLinger(true, 0);
      String request =
          "GET /api/tunix/runs/" + id + "/logs/stdout HTTP/1.1\r\nHost: localhost\r\n\r\n";
      socket.getOutputStream().write(bytes(request));
      assertThat(socket.getInputStream().read()).isPositive();
    }

    awaitEndOfRequest();
    requireNothingLoggedAboveInfo();
  }
}
