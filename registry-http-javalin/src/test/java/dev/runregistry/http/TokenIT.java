package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** The page of a server that wants a token. */
class TokenIT extends BrowserTest {
  @BeforeEach
  void start() {
    expectRefusals();
    serve("seq 1 5000", settings -> settings.token("secret"));
  }

  private void give(String token) {
    eventually(() -> assertThat(tab.isShown("#token")).isTrue());
    tab.fill("#token-value", token + Keys.ENTER);
  }

  @Test
  void it_asks_for_the_token_and_then_everything_works() {
    open("/?history=open");
    tab.shows("#token", "Access token required");
    assertThat(tab.driver().switchTo().activeElement().getDomAttribute("id"))
        .isEqualTo("token-value");
    assertThat(List.of("#panel", "#history", "#runtime"))
        .as("only the card")
        .noneMatch(tab::isShown);
    tab.picture("token");
    assertThat(tab.accessibilityProblems()).isEmpty();

    give("secret");

    tab.shows("#runtime", "ready");
    assertThat(tab.isShown("#token")).isFalse();
    tab.shows("#history-empty", "No runs yet.");
    assertThat(tab.isShown("#history-error")).isFalse();
    tab.shows("#dataset_key-hint", "100 traces");
    fillIn("arithmetic-traces", "m");
    pressRun();
    tab.shows("#result .verdict", "completed");
  }

  @Test
  void a_wrong_token_is_said_to_be() {
    open("/");

    give("Secret");
    tab.shows("#token-problem", "The server didn’t accept this token.");
    give("sécret");
    tab.shows("#token-problem", "Enter the token: printable ASCII characters, no spaces.");
    give(Keys.BACK_SPACE.toString());
    tab.shows("#token-problem", "Enter the token");
    give("secret");

    tab.shows("#runtime", "ready");
  }

  @Test
  void a_token_is_kept_for_this_tab_until_it_is_forgotten() {
    open("/");
    give("secret");
    tab.shows("#runtime", "ready");

    tab.driver().navigate().refresh();
    tab.shows("#runtime", "ready");
    Tab first = tab;
    open("/");
    tab.shows("#token", "Access token required");
    first.toFront();
    first.click("#token-forget");

    first.shows("#token", "Access token required");
    assertThat(first.js("return sessionStorage.length + localStorage.length")).isEqualTo(0L);
    assertThat(first.js("return document.cookie")).isEqualTo("");
  }

  @Test
  void a_token_is_remembered_on_this_device_on_request_until_it_is_forgotten() {
    open("/");
    eventually(() -> assertThat(tab.isShown("#token")).isTrue());
    tab.click("#token-remember");
    give("secret");
    tab.shows("#runtime", "ready");

    open("/");
    tab.shows("#runtime", "ready");
    tab.click("#token-forget");
    tab.shows("#token", "Access token required");
    assertThat(tab.js("return sessionStorage.length + localStorage.length")).isEqualTo(0L);
  }

  @Test
  void the_whole_log_becomes_a_file() {
    Path downloads = folder.resolve("downloads");
    open("/");
    tab.command(
        "Browser.setDownloadBehavior",
        Map.of("behavior", "allow", "downloadPath", downloads.toString()));
    give("secret");
    fillIn("arithmetic-traces", "m");
    pressRun();
    tab.shows("#result .verdict", "completed");
    tab.click("#result .stream summary");

    tab.click("#result .full");

    eventually(
        () -> {
          assertThat(downloads).exists();
          try (var files = Files.list(downloads)) {
            assertThat(files.filter(file -> file.toString().endsWith(".stdout.log")))
                .singleElement()
                .satisfies(file -> assertThat(Files.readString(file)).endsWith("\n5000\n"));
          }
        });
  }

  @Test
  void a_token_that_is_no_longer_right_is_asked_for_again() {
    open("/?history=open");
    give("secret");
    tab.shows("#history-empty", "No runs yet.");
    tab.js("sessionStorage.setItem('run-registry-token', 'of yesterday')");

    tab.click("#refresh");

    tab.shows("#token-problem", "The server didn’t accept this token.");
    give("secret");
    tab.shows("#history-empty", "No runs yet.");
  }
}
