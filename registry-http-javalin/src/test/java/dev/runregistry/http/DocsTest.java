package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DocsTest {
  private static final TestServer SERVER = TestServer.start();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private static HttpResponse<String> raw(String path) {
    return RawRequest.send(
        SERVER, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  @Test
  void the_document_is_openapi_3_and_knows_every_path() {
    HttpResponse<String> answer = SERVER.get("/openapi.json");

    assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
    assertThat(json(answer).get("openapi").textValue()).isEqualTo("3.0.3");
    assertThat(json(answer).get("paths").properties().stream().map(Map.Entry::getKey))
        .containsExactlyInAnyOrder(
            "/",
            "/api/datasets",
            "/api/hosts",
            "/api/health",
            "/api/health/ready",
            "/api/tunix/status",
            "/api/tunix/run",
            "/api/tunix/requests/{request_id}",
            "/api/tunix/runs",
            "/api/tunix/runs/diff",
            "/api/tunix/runs/histogram",
            "/api/tunix/runs/{run_id}",
            "/api/tunix/runs/{run_id}/artifacts",
            "/api/tunix/runs/{run_id}/artifacts/{filename}/download",
            "/api/tunix/runs/{run_id}/config",
            "/api/tunix/runs/{run_id}/status",
            "/api/tunix/runs/{run_id}/cancel",
            "/api/tunix/runs/{run_id}/logs",
            "/api/tunix/runs/{run_id}/logs/{stream}",
            "/api/tunix/runs/{run_id}/metrics",
            "/openapi.json",
            "/docs",
            "/metrics");
    assertThat(SERVER.get("/openapi.json").body()).isEqualTo(answer.body());
  }

  @Test
  void everything_that_the_page_needs_comes_from_this_server() {
    String page = SERVER.get("/docs").body();
    Matcher needed = Pattern.compile("(?:src|href)=\"([^\"]+)\"").matcher(page);
    int found = 0;
    while (needed.find()) {
      found++;
      assertThat(needed.group(1)).doesNotStartWith("/").doesNotContain(":");
      assertThat(raw("/" + needed.group(1)).statusCode()).as(needed.group(1)).isEqualTo(200);
    }
    assertThat(found).isEqualTo(6);
    assertThat(page).doesNotContain("style=").doesNotContainPattern("<script(?! src)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"/docs/docs.css", "/docs/swagger-ui.css"})
  void styles_are_styles(String path) {
    assertThat(raw(path).headers().firstValue("Content-Type")).contains("text/css; charset=utf-8");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/docs/x",
        "/docs/openapi.json",
        "/docs/swagger-ui.js",
        "/docs/docs.html",
        "/docs/..%2e",
        "/docs/RegistryServer.class",
      })
  void nothing_else_is_to_be_had(String path) {
    assertThat(raw(path).statusCode()).isEqualTo(404);
  }
}
