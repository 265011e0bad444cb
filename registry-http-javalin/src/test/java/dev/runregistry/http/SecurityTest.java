package dev.runregistry.http;

import static dev.runregistry.http.TestClient.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.runregistry.http.internal.guard.Access;
import dev.runregistry.testkit.Runs;
import dev.runregistry.testkit.ScriptedRunExecutor;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecurityTest {
  private static final String DRY_RUN = "{\"dataset_key\":\"math-v1\",\"model_id\":\"m\"}";

  private static TestServer server(UnaryOperator<ServerConfig.Builder> settings) {
    return TestServer.start(ScriptedRunExecutor.endingWith(Runs.exited(0)), settings);
  }

  private static HttpResponse<String> named(TestServer server, String host) {
    String request =
        "GET /api/tunix/runs HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n";
    HttpResponse<String> answer = RawRequest.send(server, request);
    Answers.requireDocumented("GET", "/api/tunix/runs", answer);
    return answer;
  }

  @Test
  void the_default_is_the_loopback() {
    ServerConfig standard = ServerConfig.builder().build();

    assertThat(standard.host()).isEqualTo("127.0.0.1");
    assertThat(standard.port()).isEqualTo(8080);
    assertThat(standard.command()).containsExactly("tunix", "train", "--config", "{config}");
    assertThat(standard.localRunTimeout()).hasSeconds(30);
    assertThat(standard.maxBodyBytes()).isEqualTo(1 << 20);
    assertThat(standard.maxLocalRuns()).isEqualTo(Runtime.getRuntime().availableProcessors());
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "::", "192.0.2.1"})
  void any_other_address_needs_a_token(String host) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ServerConfig.builder().host(host).build())
        .withMessageContaining("needs a token");
    assertThatCode(() -> ServerConfig.builder().host(host).token("secret").build())
        .doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "localhost", "::1", "[::1]", "127.0.0.2"})
  void a_loopback_address_needs_none(String host) {
    assertThatCode(() -> ServerConfig.builder().host(host).build()).doesNotThrowAnyException();
  }

  @Test
  void settings_that_cannot_be_are_refused() {
    for (UnaryOperator<ServerConfig.Builder> wrong :
        List.<UnaryOperator<ServerConfig.Builder>>of(
            b -> b.port(-1),
            b -> b.port(65_536),
            b -> b.token(""),
            b -> b.token("with space"),
            b -> b.token("ümlaut"),
            b -> b.command(List.of()),
            b -> b.command(List.of("")),
            b -> b.maxLocalRuns(0),
            b -> b.maxBodyBytes(0),
            b -> b.localRunTimeout(Duration.ZERO),
            b -> b.requestTimeout(Duration.ofSeconds(-1)),
            b -> b.stopTimeout(Duration.ofSeconds(-1)),
            b -> b.host("no such host.invalid"),
            b -> b.corsOrigins("*"),
            b -> b.corsOrigins("https://example.org/path"))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> wrong.apply(ServerConfig.builder()).build());
    }
  }

  @Test
  void a_configuration_does_not_show_its_token() {
    assertThat(ServerConfig.builder().token("tOpSeCrEt").build().toString())
        .doesNotContain("tOpSeCrEt");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "evil.example",
        "evil.example:8080",
        "127.0.0.1.evil.example",
        "localhost.evil",
        "192.0.2.1"
      })
  void a_request_for_another_host_is_refused(String host) {
    try (TestServer server = server(settings -> settings)) {
      HttpResponse<String> answer = named(server, host);

      assertThat(answer.statusCode()).isEqualTo(421);
      assertThat(answer.body()).doesNotContain(host);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1",
        "127.0.0.1:1",
        "localhost",
        "LocalHost:8080",
        "[::1]:8080",
        "127.9.9.9",
        "registry.internal:80"
      })
  void a_request_by_a_name_of_this_server_is_answered(String host) {
    try (TestServer server = server(settings -> settings.allowedHosts("Registry.Internal"))) {
      assertThat(named(server, host).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_server_with_a_token_goes_by_any_name_unless_names_are_configured() {
    try (TestServer any = server(settings -> settings.token("s"));
        TestServer named = server(settings -> settings.token("s").allowedHosts("a.example"))) {
      assertThat(named(any, "b.example").statusCode()).isEqualTo(401);
      assertThat(named(named, "a.example").statusCode()).isEqualTo(401);
      assertThat(named(named, "b.example").statusCode()).isEqualTo(421);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "Bearer",
        "Bearer ",
        "Bearer secreT",
        "Bearer secret2",
        "Basic secret",
        "secret"
      })
  void without_the_token_nothing_is_to_be_had(String authorization) {
    try (TestServer server = server(settings -> settings.token("secret"))) {
      for (String path :
          List.of("/api/tunix/runs", "/api/tunix/status", "/api/datasets", "/metrics")) {
        HttpRequest.Builder request = server.request(path).GET();
        if (!authorization.isEmpty()) {
          request.header("Authorization", authorization);
        }
        HttpResponse<String> answer = server.send(request);

        assertThat(answer.statusCode()).as(path).isEqualTo(401);
        assertThat(answer.headers().firstValue("WWW-Authenticate")).contains("Bearer");
      }
      assertThat(server.send(server.posting(DRY_RUN)).statusCode()).isEqualTo(401);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/api/tunix/runs/x/../..",
        "/x/../api/tunix/runs",
        "/api/%74unix/runs",
        "/api/%64atasets",
        "/x/../api/datasets",
        "/metrics/",
        "/no/such/path",
        "/api",
        "/%61pi/health"
      })
  void no_other_way_to_write_a_path_leads_past_the_token(String target) {
    try (TestServer server = server(settings -> settings.token("secret"))) {
      HttpResponse<String> answer =
          RawRequest.send(
              server,
              "GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

      assertThat(answer.statusCode()).isEqualTo(401);
    }
  }

  @Test
  void on_one_connection_a_token_is_not_taken_for_the_same_in_another_case() {
    try (TestServer server = server(settings -> settings.token("secret"))) {
      for (int round = 0; round < 2; round++) {
        assertThat(statusWith(server, "secret")).isEqualTo(200);
        assertThat(statusWith(server, "SECRET")).isEqualTo(401);
      }
    }
  }

  private static int statusWith(TestServer server, String token) {
    return server
        .send(server.request("/api/tunix/status").header("Authorization", "Bearer " + token).GET())
        .statusCode();
  }

  @Test
  void with_the_token_everything_is_as_ever() {
    try (TestServer server = server(settings -> settings.token("secret"))) {
      for (String scheme : List.of("Bearer ", "bearer ")) {
        assertThat(
                server
                    .send(server.posting(DRY_RUN).header("Authorization", scheme + "secret"))
                    .statusCode())
            .isEqualTo(200);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/", "/api/health", "/api/health/ready", "/openapi.json", "/docs"})
  void what_says_nothing_of_runs_needs_no_token(String path) {
    try (TestServer server = server(settings -> settings.token("secret"))) {
      assertThat(server.get(path).statusCode()).isEqualTo(200);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "Origin, https://evil.example",
    "Origin, null",
    "Origin, http://localhost",
    "Sec-Fetch-Site, cross-site",
    "Sec-Fetch-Site, same-site",
  })
  void a_page_of_another_site_cannot_start_a_run(String header, String value) {
    try (TestServer server = server(settings -> settings)) {
      HttpResponse<String> answer = server.send(server.posting(DRY_RUN).header(header, value));

      assertThat(answer.statusCode()).isEqualTo(403);
      assertThat(json(server.get("/api/tunix/runs")).get("data")).isEmpty();
    }
  }

  @Test
  void every_route_needs_the_token_but_for_those_that_are_public() {
    Set<String> open =
        Set.of(
            "/",
            "/api/health",
            "/api/health/ready",
            "/docs",
            "/docs/{file}",
            "/favicon.ico",
            "/openapi.json",
            "/page/{file}",
            "/page/{version}/{file}");
    try (TestServer server = server(settings -> settings.token("secret"))) {
      RouteTable routes = server.server.routes();
      assertThat(routes.templates()).containsAll(open).hasSizeGreaterThan(open.size());
      for (String template : routes.templates()) {
        for (String method : routes.methodsOf(template)) {
          String path = template.replaceAll("\\{[a-z_]+}", "x");
          HttpResponse<String> answer =
              RawRequest.send(
                  server,
                  method
                      + " "
                      + path
                      + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

          if (open.contains(template)) {
            assertThat(answer.statusCode()).as(template).isIn(200, 404);
          } else {
            assertThat(answer.statusCode()).as(method + " " + template).isEqualTo(401);
          }
        }
      }
    }
  }

  @Test
  void a_route_has_one_access_and_needs_the_token_unless_declared() {
    RouteTable routes = new RouteTable();
    routes.add("GET", "/open", Access.PUBLIC);

    assertThat(routes.accessOf("/open")).isEqualTo(Access.PUBLIC);
    assertThat(routes.accessOf("/other")).isEqualTo(Access.TOKEN);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> routes.add("POST", "/open", Access.TOKEN));
  }

  @Test
  void a_probe_by_the_address_of_a_pod_is_answered() {
    try (TestServer server =
        server(settings -> settings.token("s").allowedHosts("registry.example"))) {
      for (String path : List.of("/api/health", "/api/health/ready")) {
        HttpResponse<String> answer =
            RawRequest.send(
                server,
                "GET " + path + " HTTP/1.1\r\nHost: 10.42.0.7:8080\r\nConnection: close\r\n\r\n");

        assertThat(answer.statusCode()).isEqualTo(200);
      }
      assertThat(named(server, "10.42.0.7").statusCode()).isEqualTo(421);
    }
  }

  @Test
  void our_own_page_can_start_a_run() {
    try (TestServer server = server(settings -> settings)) {
      HttpRequest.Builder request =
          server
              .posting(DRY_RUN)
              .header("Origin", "http://127.0.0.1:" + server.port())
              .header("Sec-Fetch-Site", "same-origin");

      assertThat(server.send(request).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void a_form_of_another_site_cannot_start_a_run() {
    try (TestServer server = server(settings -> settings)) {
      for (String type :
          List.of(
              "text/plain",
              "application/x-www-form-urlencoded",
              "multipart/form-data; boundary=x")) {
        HttpRequest.Builder request =
            server
                .request("/api/tunix/run")
                .header("Content-Type", type)
                .POST(BodyPublishers.ofString(DRY_RUN));

        assertThat(server.send(request).statusCode()).isEqualTo(415);
      }
    }
  }

  @Test
  void no_page_of_another_origin_may_read_unless_it_is_configured() {
    try (TestServer server = server(settings -> settings)) {
      HttpResponse<String> answer =
          server.send(
              server.request("/api/tunix/runs").header("Origin", "https://a.example").GET());

      assertThat(answer.headers().map()).doesNotContainKey("access-control-allow-origin");
    }
  }

  @Test
  void a_configured_origin_may_read_and_start_runs_and_no_other() {
    try (TestServer server = server(settings -> settings.corsOrigins("https://a.example"))) {
      HttpResponse<String> read =
          server.send(
              server.request("/api/tunix/runs").header("Origin", "https://a.example").GET());
      HttpResponse<String> other =
          server.send(
              server.request("/api/tunix/runs").header("Origin", "https://axexample").GET());
      HttpResponse<String> write =
          server.send(
              server
                  .posting(DRY_RUN)
                  .header("Origin", "https://a.example")
                  .header("Sec-Fetch-Site", "cross-site"));
      HttpResponse<String> otherWrite =
          server.send(server.posting(DRY_RUN).header("Origin", "https://b.example"));

      assertThat(read.headers().firstValue("Access-Control-Allow-Origin"))
          .contains("https://a.example");
      assertThat(other.headers().map()).doesNotContainKey("access-control-allow-origin");
      assertThat(write.statusCode()).isEqualTo(200);
      assertThat(otherWrite.statusCode()).isEqualTo(403);
    }
  }

  @Test
  void a_configured_origin_is_told_beforehand_what_it_may_do() {
    try (TestServer server =
        server(settings -> settings.token("s").corsOrigins("https://a.example"))) {
      HttpResponse<String> answer =
          RawRequest.send(
              server,
              "OPTIONS /api/tunix/run HTTP/1.1\r\nHost: localhost\r\nOrigin: https://a.example\r\n"
                  + "Access-Control-Request-Method: POST\r\n"
                  + "Access-Control-Request-Headers: content-type, authorization\r\n"
                  + "Connection: close\r\n\r\n");

      assertThat(answer.statusCode()).isBetween(200, 204);
      assertThat(answer.headers().firstValue("Access-Control-Allow-Methods"))
          .hasValueSatisfying(methods -> assertThat(methods).contains("POST"));
      assertThat(answer.headers().firstValue("Access-Control-Allow-Headers"))
          .hasValueSatisfying(headers -> assertThat(headers).containsIgnoringCase("authorization"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/",
        "/api/health",
        "/api/none",
        "/api/tunix/runs/x",
        "/docs",
        "/api//x",
        "/page/icon.svg"
      })
  void every_answer_has_the_security_headers(String path) {
    try (TestServer server = server(settings -> settings)) {
      HttpResponse<String> answer =
          RawRequest.send(
              server, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

      assertThat(answer.headers().firstValue("Content-Security-Policy"))
          .hasValueSatisfying(policy -> assertThat(policy).startsWith("default-src 'self';"));
      assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
      assertThat(answer.headers().firstValue("X-Frame-Options")).contains("DENY");
      assertThat(answer.headers().firstValue("Referrer-Policy")).contains("no-referrer");
      assertThat(answer.headers().firstValue("X-Request-Id")).isPresent();
      assertThat(answer.headers().map()).doesNotContainKey("Server");
      assertThat(answer.headers().allValues("Content-Type")).hasSize(1);
    }
  }
}
