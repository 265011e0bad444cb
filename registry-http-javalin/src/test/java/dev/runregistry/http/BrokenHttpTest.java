package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients that are slow, broken or hostile, through raw sockets. */
class BrokenHttpTest {
  private static final String HEAD =
      "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";

  private final TestServer server =
      TestServer.start(
          ScriptedRunExecutor.endingWith(Runs.exited(0)),
          settings -> settings.requestTimeout(Duration.ofMillis(600)));

  @AfterEach
  void stop() {
    server.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "NONSENSE\r\n\r\n",
        "GET /api/health\r\n\r\n",
        "GET /api/health HTTP/9.9\r\nHost: localhost\r\n\r\n",
        "GET /api/health HTTP/1.1\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: localhost\r\nBad Header: x\r\n\r\n",
        "GET /api/health HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n",
        "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "GET /api/%2e%2e/x HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/tunix%2fruns HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api//tunix/runs HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/;x=y/runs HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET /api/\u0001 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET http://[::1 HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "\u0016\u0003\u0001\u0002\u0000\u0001\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
      })
  void what_is_not_http_as_it_should_be_is_a_4xx_as_json(String request) {
    HttpResponse<String> answer =
        RawRequest.send(server, request.getBytes(StandardCharsets.ISO_8859_1));

    assertThat(answer.statusCode()).isBetween(400, 499);
    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(json(answer).get("detail").textValue()).isNotEmpty().hasSizeLessThan(100);
    assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
  }

  /** What was seen: 500. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docs/x;%",
        "/docs/x;%zz",
        "/docs/;/x",
        "/docs/%",
        "/docs/%f",
        "/docs/x%2fy",
        "/docs/x%5Cy",
        "/docs/..",
        "/docs/%2e%2E",
        "/docs/./x",
        "/docs//x",
        "/docs/%ff",
        "/docs/%c0%af",
        "/docs/x%0a",
        "/docs/x\\y",
        "/page/x;%",
        "//docs",
        "/api/tunix/runs/x;%",
        "/api/tunix/runs/%e0%80/logs/stdout",
        "/api/tunix/runs/%ff",
      })
  void a_path_that_is_not_canonical_is_a_4xx_and_never_a_5xx(String path) {
    HttpResponse<String> answer =
        RawRequest.send(
            server, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

    assertThat(answer.statusCode()).isBetween(400, 499);
    assertThat(json(answer).get("detail")).isNotNull();
  }

  @Test
  void headers_of_more_than_8_kib_are_431() {
    String request =
        "GET /api/health HTTP/1.1\r\nHost: localhost\r\nX: " + "x".repeat(9_000) + "\r\n\r\n";

    HttpResponse<String> answer = RawRequest.send(server, request);

    assertThat(answer.statusCode()).isEqualTo(431);
    Answers.requireDocumented("GET", "/api/health", answer);
  }

  @Test
  void an_address_of_more_than_8_kib_is_414_or_431() {
    HttpResponse<String> answer =
        RawRequest.send(
            server, "GET /" + "x".repeat(9_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n");

    assertThat(answer.statusCode()).isIn(414, 431);
  }

  @Test
  void a_client_that_asks_before_it_sends_too_much_is_told_at_once() {
    HttpResponse<String> answer =
        RawRequest.send(server, HEAD + "Expect: 100-continue\r\nContent-Length: 2000000\r\n\r\n");

    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void a_body_that_is_announced_far_too_large_is_413_unread() {
    HttpResponse<String> answer =
        RawRequest.send(server, HEAD + "Content-Length: 99999999999\r\n\r\n{");

    assertThat(answer.statusCode()).isEqualTo(413);
  }

  @Test
  void a_body_in_chunks_without_end_is_413() throws IOException {
    try (Socket socket = RawRequest.connect(server)) {
      OutputStream out = socket.getOutputStream();
      out.write((HEAD + "Transfer-Encoding: chunked\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      byte[] chunk =
          ("10000\r\n" + " ".repeat(0x10000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
      try {
        for (int i = 0; i < 1_000 && socket.getInputStream().available() == 0; i++) {
          out.write(chunk);
        }
      } catch (SocketException closed) { // the server has heard enough
        assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
        return;
      }
      assertThat(RawRequest.read(socket.getInputStream()).statusCode()).isEqualTo(413);
    }
  }

  @Test
  void a_connection_that_sends_nothing_is_closed() throws IOException {
    try (Socket socket = RawRequest.connect(server)) {
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void headers_that_dribble_in_end_the_connection() throws IOException {
    try (Socket socket = RawRequest.connect(server)) {
      OutputStream out = socket.getOutputStream();
      out.write(
          "GET /api/health HTTP/1.1\r\nHost: localhost\r\n".getBytes(StandardCharsets.US_ASCII));
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(Duration.ofMinutes(2))
          .until(() -> isClosedAfter(out, "X-Slow: 1\r\n"));
    }
  }

  private static boolean isClosedAfter(OutputStream out, String more) {
    try {
      out.write(more.getBytes(StandardCharsets.US_ASCII));
      return false;
    } catch (IOException closed) {
      return true;
    }
  }

  @Test
  void a_connection_that_is_used_again_and_again_is_not_taken_for_a_slow_one() throws Exception {
    try (Socket socket = RawRequest.connect(server)) {
      long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
      while (System.nanoTime() < end) {
        socket
            .getOutputStream()
            .write(
                "GET /api/health HTTP/1.1\r\nHost: localhost\r\n\r\n"
                    .getBytes(StandardCharsets.US_ASCII));
        assertThat(RawRequest.read(socket.getInputStream()).statusCode()).isEqualTo(200);
      }
    }
  }

  @Test
  void a_body_that_dribbles_in_is_408() throws IOException {
    try (Socket socket = RawRequest.connect(server)) {
      OutputStream out = socket.getOutputStream();
      out.write((HEAD + "Content-Length: 1000\r\n\r\n{").getBytes(StandardCharsets.US_ASCII));
      await()
          .pollInterval(Duration.ofMillis(100))
          .atMost(Duration.ofMinutes(2))
          .until(() -> isClosedAfter(out, " ") || socket.getInputStream().available() > 0);
      HttpResponse<String> answer = RawRequest.read(socket.getInputStream());
      assertThat(answer.statusCode()).isEqualTo(408);
      Answers.requireDocumented("POST", "/api/tunix/run", answer);
    }
  }

  @Test
  void clients_that_hang_up_in_the_middle_do_no_harm() throws IOException {
    for (int i = 0; i < 50; i++) {
      try (Socket socket = RawRequest.connect(server)) {
        socket.setSoLinger(true, 0);
        socket
            .getOutputStream()
            .write(
                (HEAD + "Content-Length: 100\r\n\r\n{\"a\":").getBytes(StandardCharsets.US_ASCII));
      }
    }
    assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
    assertThat(json(server.get("/api/tunix/runs")).get("data")).isEmpty();
  }

  @Test
  void slow_clients_do_not_keep_others_waiting() throws IOException {
    List<Socket> slow = new ArrayList<>();
    try {
      for (int i = 0; i < 150; i++) {
        Socket socket = RawRequest.connect(server);
        slow.add(socket);
        socket
            .getOutputStream()
            .write((HEAD + "Content-Length: 100\r\n\r\n{").getBytes(StandardCharsets.US_ASCII));
      }
      assertThat(server.get("/api/health").statusCode()).isEqualTo(200);
      assertThat(server.get("/api/tunix/runs").statusCode()).isEqualTo(200);
    } finally {
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }
}
