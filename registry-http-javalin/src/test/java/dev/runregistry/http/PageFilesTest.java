package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the page is made of, as files. */
class PageFilesTest {
  private static final Pattern REFERENCE =
      Pattern.compile("(?:src=|href=|from |url\\()\"?((?:\\./|page/|docs)[^\");]*|[a-z]+\\.svg)");
  private static final TestServer SERVER = TestServer.start();

  @AfterAll
  static void stop() {
    SERVER.close();
  }

  private static HttpResponse<String> raw(String path, String... headers) {
    String lines = Stream.of(headers).map(line -> line + "\r\n").collect(Collectors.joining());
    return RawRequest.send(
        SERVER,
        "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n" + lines + "\r\n");
  }

  @Test
  void everything_that_the_page_is_made_of_comes_from_this_server() {
    Set<String> found = new HashSet<>();
    collect("/", found);

    assertThat(found)
        .contains("/", versioned("app.js"), versioned("api.js"), versioned("page.css"))
        .contains(versioned("pico.min.css"), versioned("calendar.svg"));
    String document = raw("/").body();
    assertThat(found)
        .filteredOn(path -> path.endsWith(".js"))
        .as("are loaded at once, not one after the other")
        .allMatch(path -> document.contains("href=\"" + path.substring(1) + "\""));
  }

  private static String versioned(String name) {
    Matcher version = Pattern.compile("\"(page/[0-9a-f]{16}/)").matcher(raw("/").body());
    assertThat(version.find()).isTrue();
    return "/" + version.group(1) + name;
  }

  @Test
  void a_version_of_a_file_is_loaded_once_and_the_document_is_always_checked() {
    HttpResponse<String> file = raw(versioned("app.js"));
    HttpResponse<String> document = raw("/");

    assertThat(file.headers().firstValue("Cache-Control"))
        .contains("public, max-age=31536000, immutable");
    for (HttpResponse<String> checked :
        List.of(document, raw("/page/app.js"), raw("/page/0123456789abcdef/app.js"))) {
      assertThat(checked.statusCode()).isEqualTo(200);
      assertThat(checked.headers().firstValue("Cache-Control")).contains("no-cache");
    }
    String tag = document.headers().firstValue("ETag").orElseThrow();
    for (String known : List.of(tag, "W/" + tag, "\"x\", " + tag, "*")) {
      HttpResponse<String> unchanged = raw("/", "If-None-Match: " + known);
      assertThat(unchanged.statusCode()).as(known).isEqualTo(304);
      assertThat(unchanged.body()).isEmpty();
    }
    assertThat(raw("/", "If-None-Match: \"x\"").statusCode()).isEqualTo(200);
  }

  @Test
  void files_are_compressed_for_clients_that_accept_it() throws IOException {
    HttpRequest.Builder request = SERVER.request("/page/pico.min.css");
    HttpClient client = HttpClient.newHttpClient();
    HttpResponse<byte[]> plain =
        client.sendAsync(request.build(), BodyHandlers.ofByteArray()).join();
    for (String accepted : List.of("gzip", "deflate, gzip;q=1.0", "br, GZIP")) {
      HttpResponse<byte[]> answer =
          client
              .sendAsync(
                  request.setHeader("Accept-Encoding", accepted).build(),
                  BodyHandlers.ofByteArray())
              .join();

      assertThat(answer.headers().firstValue("Content-Encoding")).contains("gzip");
      assertThat(answer.headers().firstValue("Vary")).contains("Accept-Encoding");
      assertThat(answer.body().length).isLessThan(20_000);
      try (InputStream content = new GZIPInputStream(new ByteArrayInputStream(answer.body()))) {
        assertThat(content.readAllBytes()).isEqualTo(plain.body()).hasSizeGreaterThan(60_000);
      }
      assertThat(answer.headers().firstValue("ETag"))
          .isNotEqualTo(plain.headers().firstValue("ETag"));
    }
    for (String refused : List.of("identity", "gzip;q=0", "")) {
      HttpResponse<byte[]> answer =
          client
              .sendAsync(
                  request.setHeader("Accept-Encoding", refused).build(), BodyHandlers.ofByteArray())
              .join();
      assertThat(answer.headers().firstValue("Content-Encoding")).as(refused).isEmpty();
    }
  }

  private static void collect(String path, Set<String> found) {
    if (path.equals("/docs") || !found.add(path)) {
      return;
    }
    HttpResponse<String> file = raw(path);
    assertThat(file.statusCode()).as(path).isEqualTo(200);
    assertThat(file.body()).as(path).doesNotContain("data:image"); // blocked by the policy
    if (!path.endsWith("pico.min.css")) {
      assertThat(file.body())
          .as(path)
          .doesNotContain("style=")
          .doesNotContain("innerHTML")
          .doesNotContain("insertAdjacentHTML")
          .doesNotContainPattern("<script(?! type=\"module\" src)")
          .doesNotContainPattern("https?://(?!www.w3.org/2000/svg)");
    }
    REFERENCE
        .matcher(file.body())
        .results()
        .map(reference -> URI.create(path).resolve(reference.group(1)).getPath())
        .forEach(reference -> collect(reference, found));
  }

  @ParameterizedTest
  @CsvSource({
    "/, text/html",
    "/page/app.js, text/javascript",
    "/page/pico.min.css, text/css",
    "/page/icon.svg, image/svg+xml",
  })
  void each_file_says_what_it_is(String path, String type) {
    assertThat(raw(path).headers().firstValue("Content-Type"))
        .hasValueSatisfying(
            said -> assertThat(said.replace(" ", "")).isEqualTo(type + ";charset=utf-8"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/page/x.js",
        "/page/index.html",
        "/page/..%2fdocs.css",
        "/page/..",
        "/page/.js",
        "/page/",
        "/page/APP.JS",
        "/page/app.js%00",
        "/page/../docs.js",
        "/page/PageRoutes.class"
      })
  void nothing_else_is_to_be_had(String path) {
    assertThat(raw(path).statusCode()).isIn(400, 404);
  }
}
