package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.runregistry.testkit.Runs;
import java.math.BigDecimal;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Draws requests from the OpenAPI document, good ones and bad ones, and sends them through raw
 * sockets. A seed that finds something is to be kept as a test of its own.
 */
class FuzzTest {
  private static final int REQUESTS = 600;
  private static final long SEED = 20_261_122;
  private static final List<String> METHODS =
      List.of("GET", "GET", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "BREW");
  private static final List<String> TEXTS =
      List.of(
          "",
          "arithmetic-traces",
          "..",
          "../../etc/passwd",
          "a/b",
          "\u0000",
          "\uD800",
          "\uFEFF",
          "x".repeat(300),
          "x".repeat(5_000),
          "\uD83D\uDD25",
          "'; DROP TABLE tunix_runs; --",
          "%00",
          "%2e%2e%2f",
          "${jndi:ldap://x}",
          "<script>",
          "\r\nX: y",
          "null",
          "NaN",
          "\u202E",
          "-1",
          "completed",
          "local",
          "running",
          "dry-run",
          "stdout",
          "0",
          "1e99");
  private static final List<String> ODD_HEADERS =
      List.of(
          "",
          "",
          "",
          "",
          "Accept: text/html\r\n",
          "Range: bytes=0-1,5-\r\n",
          "Expect: nothing\r\n",
          "X-Request-Id: \u00ff\r\n",
          "Idempotency-Key: k\r\n",
          "Idempotency-Key: \u00ff\r\n",
          "Transfer-Encoding: gzip\r\n",
          "Cookie: a=b; =; \"\r\n",
          "Accept-Encoding: gzip\r\n",
          "Upgrade: websocket\r\nConnection: Upgrade\r\n",
          "Content-Encoding: gzip\r\n",
          "If-Modified-Since: x\r\n",
          "Origin: http://localhost\r\n",
          "Authorization: Bearer x\r\n");
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private final Random random = new Random(SEED);

  @ParameterizedTest
  @EnumSource
  void no_request_is_answered_with_a_5xx_or_as_the_document_does_not_say(
      RealDatabase engine, @TempDir Path folder) throws Exception {
    try (RealServer server =
        new RealServer(
            engine.empty(folder), folder.resolve("home"), RealServer.running("echo done"))) {
      JsonNode document = TestClient.json(server.get("/openapi.json"));
      List<Map.Entry<String, JsonNode>> paths = new ArrayList<>(document.get("paths").properties());
      for (int i = 0; i < REQUESTS; i++) {
        Map.Entry<String, JsonNode> path = oneOf(paths);
        send(server, i, path.getKey(), path.getValue(), document);
      }
      assertThat(server.get("/api/health/ready").statusCode()).isEqualTo(200);
    }
  }

  private void send(TestClient server, int i, String template, JsonNode item, JsonNode document) {
    String method = random.nextInt(3) == 0 ? oneOf(METHODS) : item.has("post") ? "POST" : "GET";
    String target = target(template, item);
    String body = method.equals("GET") || method.equals("HEAD") ? "" : body(document);
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        method
            + " "
            + target
            + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            + oneOf(ODD_HEADERS)
            + (random.nextInt(10) == 0 ? "" : "Content-Type: application/json\r\n")
            + (bytes.length == 0 ? "" : "Content-Length: " + bytes.length + "\r\n")
            + "\r\n";

    HttpResponse<String> answer =
        RawRequest.send(server, head + new String(bytes, StandardCharsets.ISO_8859_1));

    String what = "request %d of seed %d: %s%s".formatted(i, SEED, head, shortened(body));
    assertThat(answer.statusCode()).as(what).isLessThan(500);
    if (answer.statusCode() >= 400 && !method.equals("HEAD")) {
      JsonNode detail = TestClient.json(answer).get("detail");
      assertThat(detail).as(what).isNotNull();
      assertThat(answer.body()).as(what).hasSizeLessThan(3_000);
    }
    boolean ofOperation = item.has(method.toLowerCase(Locale.ROOT));
    boolean wellFormed = answer.statusCode() != 400 && answer.statusCode() != 404;
    if (ofOperation && wellFormed) {
      Answers.requireDocumented(
          method,
          template.replace("{run_id}", Runs.id().toString()).replace("{stream}", "stdout"),
          answer);
    }
  }

  private String target(String template, JsonNode item) {
    String path =
        template
            .replace("{run_id}", random.nextBoolean() ? Runs.id().toString() : segment())
            .replace("{stream}", random.nextBoolean() ? "stdout" : segment());
    StringBuilder target = new StringBuilder(path);
    JsonNode parameters = item.path("get").path("parameters");
    char separator = '?';
    for (JsonNode parameter : parameters) {
      if (parameter.path("in").asText().equals("query") && random.nextInt(3) == 0) {
        target.append(separator).append(parameter.get("name").textValue()).append('=');
        target.append(
            random.nextInt(8) == 0 ? "%zz" : encoded(value(parameter.get("schema")).asText()));
        separator = '&';
      }
    }
    return target.toString();
  }

  private String segment() {
    String text = encoded(oneOf(TEXTS));
    return text.isEmpty() ? "-" : text; // without one it is another path
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private String body(JsonNode document) {
    JsonNode schema = document.at("/components/schemas/RunRequest/properties");
    ObjectNode body = MAPPER.createObjectNode();
    for (Map.Entry<String, JsonNode> property : schema.properties()) {
      if (random.nextInt(4) != 0) {
        body.set(property.getKey(), value(property.getValue()));
      }
    }
    if (random.nextInt(3) != 0) { // else nearly all would fail for these
      body.put("dataset_key", "arithmetic-traces").put("model_id", "m");
    }
    String json = body.toString();
    return switch (random.nextInt(12)) {
      case 0 -> json.substring(0, random.nextInt(json.length()));
      case 1 -> json + oneOf(List.of(" {}", "]", ",", "\u0000", "//"));
      case 2 -> json.replaceFirst(":", ":" + oneOf(List.of("NaN ", "1e999999999999", "[[[", "\"")));
      case 3 -> oneOf(TEXTS);
      default -> json;
    };
  }

  /** A value that the schema allows, or nearly, or not at all. */
  private JsonNode value(JsonNode schema) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    if (random.nextInt(4) == 0) {
      return oneOf(
          List.of(
              nodes.nullNode(),
              nodes.booleanNode(random.nextBoolean()),
              nodes.numberNode(new BigDecimal("1e400")),
              nodes.numberNode(-1),
              nodes.arrayNode().add(1),
              nodes.objectNode().put("a", 1),
              nodes.textNode(oneOf(TEXTS))));
    }
    if (schema.has("enum")) {
      return schema.get("enum").get(random.nextInt(schema.get("enum").size()));
    }
    return switch (schema.path("type").asText()) {
      case "integer", "number" -> number(schema);
      case "boolean" -> nodes.booleanNode(random.nextInt(5) != 0);
      default -> nodes.textNode(oneOf(TEXTS));
    };
  }

  private JsonNode number(JsonNode schema) {
    BigDecimal least = schema.path("minimum").decimalValue();
    BigDecimal most = schema.path("maximum").decimalValue();
    BigDecimal step = new BigDecimal(random.nextInt(3) - 1);
    return JsonNodeFactory.instance.numberNode(
        switch (random.nextInt(4)) {
          case 0 -> least.add(step);
          case 1 -> most.add(step);
          case 2 -> least.add(most).divide(BigDecimal.valueOf(2));
          default -> BigDecimal.valueOf(random.nextDouble());
        });
  }

  private <T> T oneOf(List<T> all) {
    return all.get(random.nextInt(all.size()));
  }

  private static String shortened(String text) {
    return text.length() < 300 ? text : text.substring(0, 300) + "…";
  }
}
