package dev.runregistry.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;
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

  private static HttpResponse<String> raw(String path) {
    return RawRequest.send(
        SERVER, "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  }

  @Test
  void everything_that_the_page_is_made_of_comes_from_this_server() {
    Set<String> found = new HashSet<>();
    collect("/", found);

    assertThat(found)
        .contains("/page/app.js", "/page/api.js", "/page/page.css", "/page/pico.min.css");
  }

  private static void collect(String path, Set<String> found) {
    if (path.equals("/docs") || !found.add(path)) {
      return;
    }
    HttpResponse<String> file = raw(path);
    assertThat(file.statusCode()).as(path).isEqualTo(200);
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
