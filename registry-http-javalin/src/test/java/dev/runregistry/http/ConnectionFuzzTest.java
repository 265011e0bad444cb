package dev.runregistry.http;

import static dev.runregistry.http.RealServer.body;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Draws connections rather than requests: bodies in chunks that fit or do not, hang-ups at every
 * byte of a request and of its answer, paths that no client writes, and clients that send and read
 * slowly. The plan of a seed is always the same; how far the server is at each step is not.
 *
 * <p>{@code -Dfuzz.minutes=20} is the long form, {@code -Dfuzz.seed=7} another plan.
 */
class ConnectionFuzzTest {
  private static final int CONNECTIONS = 300;
  private static final int AT_ONCE = 40;
  private static final long SEED = Long.getLong("fuzz.seed", 20_261_129);
  private static final Duration LONG = Duration.ofMinutes(Long.getLong("fuzz.minutes", 0));

  /** So many threads and descriptors may be made once, whatever the number of connections. */
  private static final int MADE_ONCE = 8;

  private static final int LARGE_OUTPUT = 8 << 20; // more than all buffers on the way

  private static final List<String> PATHS =
      List.of(
          "/",
          "/api/datasets",
          "/api/health",
          "/api/health/ready",
          "/api/tunix/run",
          "/api/tunix/runs",
          "/api/tunix/runs/{id}",
          "/api/tunix/runs/{id}/config",
          "/api/tunix/runs/{id}/logs/stdout",
          "/api/tunix/runs/{id}/logs/stderr?tail=3",
          "/api/tunix/status",
          "/docs",
          "/docs/swagger-ui.css",
          "/metrics",
          "/openapi.json",
          "/page/app.js");

  private static final List<String> PATH_PIECES =
      List.of(
          "%2e%2e",
          "%2e",
          "%2F",
          "%5c",
          "%00",
          "%zz",
          "%",
          "%2",
          "%u0041",
          "%c0%af",
          "%ff",
          "%e2%80%ae",
          "%25",
          "%252e",
          ";",
          ";a=b",
          ";jsessionid=%",
          "/;/",
          "//",
          "/./",
          "/../",
          "..",
          "\\",
          "#x",
          "?",
          "?limit=%ff",
          "?cursor=%",
          "&",
          "+",
          "\u0001",
          "\t",
          "\u0080",
          "\u00FF",
          "\u00C3\u00BC", // ü in UTF-8
          "\u00ED\u00A0\u0080", // a lone surrogate
          "[",
          "|",
          "x".repeat(300),
          "x".repeat(7_900),
          "x".repeat(20_000),
          "%2e".repeat(2_000),
          "/a".repeat(3_000));

  private static final List<String> ENCODINGS =
      List.of(
          "Transfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\n",
          "transfer-encoding: CHUNKED\r\n",
          "Transfer-Encoding: chunked\r\nTrailer: X-Sum\r\n",
          "Transfer-Encoding: chunked\r\nTE: trailers\r\n",
          "Transfer-Encoding: chunked\r\nExpect: 100-continue\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
          "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: gzip, chunked\r\n",
          "Transfer-Encoding: chunked, gzip\r\n",
          "Transfer-Encoding: chunked, chunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding:\tchunked\r\n",
          "Transfer-Encoding : chunked\r\n",
          "Transfer-Encoding: identity\r\n",
          "Transfer-Encoding: \"chunked\"\r\n");

  private static final List<String> EXTENSIONS =
      List.of(
          ";a",
          ";a=b",
          ";a=\"b;c\"",
          ";a=\"",
          ";",
          " ;a=b",
          "\t",
          ";" + "x".repeat(9_000),
          ";\u0000",
          ";\u00FF",
          ";a\n");

  private static final List<String> TRAILERS =
      List.of(
          "X-Sum: 1\r\n",
          "X-Sum: 1\r\nX-Sum: 2\r\n",
          "Content-Length: 3\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Host: other\r\n",
          "X-Long: " + "x".repeat(9_000) + "\r\n",
          "X-Many: 1\r\n".repeat(500),
          "Bad Name: x\r\n",
          ": x\r\n",
          "no colon\r\n",
          " folded\r\n",
          "X-Bytes: \u0000\u00FF\r\n");

  private final Random random = new Random(SEED);
  private String large = "";

  @Test
  void no_connection_is_answered_with_a_5xx_or_leaves_something_behind(@TempDir Path folder)
      throws Exception {
    String script =
        "if [ -e '%1$s/large' ]; then rm '%1$s/large'; head -c %2$d /dev/zero | tr '\\0' x; fi"
            .formatted(folder, LARGE_OUTPUT);
    try (SmallServer server =
        new SmallServer(folder, "ulimit -c 0", script, Duration.ofSeconds(1))) {
      Files.createFile(folder.resolve("large"));
      JsonNode run = TestClient.json(server.post(body(false)));
      large = run.get("run_id").textValue();
      for (String path : PATHS) { // so that what is made once is there
        RawRequest.send(server, "GET " + path.replace("{id}", large) + " HTTP/1.1\r\n" + headers());
      }
      server.requireWorking();
      SmallServer.ClasspathResources before = server.resources();

      long end = System.nanoTime() + LONG.toNanos();
      FuzzedConnections connections = new FuzzedConnections(server.port());
      for (int i = 0; i < CONNECTIONS || System.nanoTime() < end; i++) {
        connections.open(draw(i));
        connections.carryOn(AT_ONCE);
        if (i % 100 == 99) {
          server.requireHealthy();
        }
      }
      connections.carryOn(0);

      server.requireWorking();
      await()
          .atMost(Duration.ofMinutes(2))
          .untilAsserted(
              () -> {
                SmallServer.ClasspathResources after = server.resources();
                assertThat(after.busyThreads()).as("threads in a request").isZero();
                assertThat(after.otherThreads())
                    .hasSizeLessThan(before.otherThreads().size() + MADE_ONCE);
                assertThat(after.descriptors()).isLessThan(before.descriptors() + MADE_ONCE);
              });
    }
  }

  private FuzzedConnections.Plan draw(int i) {
    boolean head = random.nextInt(12) == 0;
    String request =
        switch (random.nextInt(5)) {
          case 0, 1 -> chunkedRequest();
          case 2 -> withPath(head ? "HEAD" : "GET");
          case 3 -> "GET /api/tunix/runs/%s/logs/stdout HTTP/1.1\r\n".formatted(large) + headers();
          default -> sizedRequest();
        };
    byte[] bytes = request.getBytes(StandardCharsets.ISO_8859_1);
    int sent = bytes.length;
    int read = Integer.MAX_VALUE;
    FuzzedConnections.End end = FuzzedConnections.End.READ_ALL;
    switch (random.nextInt(8)) {
      case 0 -> { // in the headers or in the body
        sent = random.nextInt(bytes.length);
        end = oneOf(List.of(FuzzedConnections.End.values())); // READ_ALL waits for what comes
      }
      case 1 -> { // in the answer
        read = random.nextInt(random.nextBoolean() ? 400 : 4 << 20);
        end = oneOf(List.of(FuzzedConnections.End.RESET, FuzzedConnections.End.CLOSE));
      }
      case 2 -> end = FuzzedConnections.End.HALF_CLOSE;
      default -> {}
    }
    int slowSteps = random.nextInt(4) == 0 ? random.nextInt(300) : 0;
    String what = "connection %d of seed %d: %s".formatted(i, SEED, shortened(request));
    return new FuzzedConnections.Plan(
        bytes, sent, read, end, slowSteps, random.nextLong(), request.startsWith("HEAD"), what);
  }

  private static String headers() {
    return "Host: localhost\r\nConnection: close\r\n\r\n";
  }

  private String withPath(String method) {
    StringBuilder path = new StringBuilder(oneOf(PATHS).replace("{id}", large));
    for (int i = random.nextInt(4); i > 0; i--) {
      int at = random.nextInt(path.length() + 1);
      switch (random.nextInt(5)) {
        case 0 -> { // a character as it may be written, too
          int c = Math.min(at, path.length() - 1);
          path.replace(c, c + 1, "%%%02x".formatted((int) path.charAt(c)));
        }
        case 1 -> path.setLength(Math.max(1, at));
        default -> path.insert(at, oneOf(PATH_PIECES));
      }
    }
    String target = random.nextInt(15) == 0 ? "http://localhost" + path : path.toString();
    return method + " " + target + " HTTP/1.1\r\n" + headers();
  }

  private static String post() {
    return "POST /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        + "Connection: close\r\n";
  }

  /** What is asked for: mostly what needs no process. */
  private String json() {
    String json = body(random.nextInt(20) != 0);
    return switch (random.nextInt(40)) {
      case 0 -> padded(json, 3 << 20); // more than a body may have
      case 1, 2, 3, 4, 5, 6, 7, 8 -> padded(json, 100_000);
      case 9, 10, 11, 12, 13, 14, 15, 16 -> json.substring(0, random.nextInt(json.length()));
      default -> json;
    };
  }

  private String padded(String json, int most) {
    return json.replaceFirst("}$", ",\"x\":\"" + "y".repeat(random.nextInt(most)) + "\"}");
  }

  private String sizedRequest() {
    String body = json();
    int length =
        switch (random.nextInt(6)) {
          case 0 -> random.nextInt(2 * body.length() + 2);
          case 1 -> body.length() + 1;
          default -> body.length();
        };
    return post() + "Content-Length: " + length + "\r\n\r\n" + body;
  }

  private String chunkedRequest() {
    StringBuilder request = new StringBuilder(post()).append(oneOf(ENCODINGS)).append("\r\n");
    String body = json();
    for (int from = 0; from < body.length(); ) {
      int to = Math.min(body.length(), from + 1 + random.nextInt(body.length()));
      chunk(request, body.substring(from, to));
      from = to;
    }
    if (random.nextInt(6) != 0) { // the last chunk
      request.append(random.nextInt(8) == 0 ? "000000" : "0");
      request.append(random.nextInt(8) == 0 ? oneOf(EXTENSIONS) : "").append("\r\n");
      request.append(random.nextInt(4) == 0 ? oneOf(TRAILERS) : "");
      request.append(random.nextInt(10) == 0 ? "" : "\r\n");
    }
    if (random.nextInt(8) == 0) { // bytes behind the body
      request.append(oneOf(List.of("0\r\n\r\n", "GET /api/health HTTP/1.1\r\n" + headers(), "\0")));
    }
    return request.toString();
  }

  private void chunk(StringBuilder request, String piece) {
    int length = piece.length();
    String size =
        switch (random.nextInt(30)) {
          case 0 -> Integer.toHexString(length + 1 + random.nextInt(40));
          case 1 -> Integer.toHexString(random.nextInt(length + 1));
          case 2 ->
              oneOf(
                  List.of(
                      "",
                      "-1",
                      "+5",
                      "0x10",
                      "zz",
                      "7fffffff",
                      "80000000",
                      "ffffffffffffffff",
                      "fffffffffffffffff",
                      "1".repeat(9_000),
                      "1.5",
                      "\u00B2"));
          case 3 -> "0".repeat(random.nextInt(60)) + Integer.toHexString(length);
          case 4 -> Integer.toHexString(length).toUpperCase(Locale.ROOT);
          case 5 -> " " + Integer.toHexString(length);
          default -> Integer.toHexString(length);
        };
    request.append(size).append(random.nextInt(10) == 0 ? oneOf(EXTENSIONS) : "");
    request.append(lineEnd()).append(piece).append(lineEnd());
  }

  private String lineEnd() {
    return switch (random.nextInt(60)) {
      case 0 -> "\n";
      case 1 -> "";
      case 2 -> "\r";
      case 3 -> "\r\n\r\n";
      default -> "\r\n";
    };
  }

  private <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private static String shortened(String text) {
    List<String> lines = new ArrayList<>();
    text.lines()
        .limit(20)
        .forEach(l -> lines.add(l.length() < 200 ? l : l.substring(0, 200) + "…"));
    return String.join("\n", lines);
  }
}
