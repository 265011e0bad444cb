package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** Runs that are started in the background, watched and cancelled on the page. */
class BackgroundRunIT extends BrowserTest {
  private static final String LOG = "#opened .log";
  private static final String ASYNC = "/api/tunix/run?mode=async";

  private void pressRunInBackground() {
    tab.shows("#runtime", "ready");
    tab.click("#panel button[value=background]");
  }

  private void openPanel() {
    open("/?history=open");
    fillIn("arithmetic-traces", "m");
  }

  private void serveWithPatience(String script) {
    serve(script, settings -> settings.queueTimeLimit(Duration.ofMinutes(10)));
  }

  @Test
  void a_run_in_the_background_waits_runs_and_ends_before_the_eyes_of_its_user() {
    serve(WAITING);
    openPanel();

    pressRunInBackground();

    tab.shows("#opened .verdict", "pending");
    eventually(() -> assertThat(tab.text("#opened .time")).matches("waiting for \\d+ s"));
    assertThat(tab.text("#opened .log-state")).isEqualTo("The log begins when the run starts.");
    assertThat(tab.text("#opened .message")).isEqualTo("Local execution pending");
    String id = tab.text("#opened .id code");
    assertThat(tab.address()).isEqualTo("/?run=" + id + "&history=open");
    tab.shows("#active li", "pending");
    assertThat(tab.find("#refresh").getDomAttribute("class")).contains("new");
    assertThat(tab.find("#panel button[value=background]").isEnabled()).isTrue();
    tab.click("#refresh");
    tab.shows("#runs .c-status", "pending");
    tab.picture("background-pending");
    assertThat(tab.accessibilityProblems()).isEmpty();

    server.dispatch();

    tab.shows(LOG, "begun");
    tab.shows("#opened .verdict", "running");
    tab.shows("#opened .time", ", no time limit");
    tab.shows("#active li", "running");
    tab.shows("#runs .c-status", "running");
    assertThat(tab.driver().getTitle()).startsWith("running – ");

    go();

    tab.shows("#opened .verdict", "completed");
    assertThat(tab.text(LOG)).isEqualTo("begun\nended");
    tab.shows("#runs .c-status", "completed");
    assertThat(tab.isShown("#active")).isFalse();
  }

  @Test
  void a_run_that_waits_is_shown_after_a_reload_and_is_followed_when_it_starts() {
    serveWithPatience(WAITING);
    openPanel();
    pressRunInBackground();
    tab.shows("#opened .verdict", "pending");

    tab.driver().navigate().refresh();

    tab.shows("#active li", "pending");
    tab.shows("#opened .verdict", "pending");
    server.dispatch();
    tab.shows(LOG, "begun");
    tab.shows("#opened .time", "of 10 min");
    go();
    tab.shows("#opened .verdict", "completed");
  }

  @Test
  void a_second_run_is_started_while_the_first_goes_on() {
    serve(WAITING);
    server.dispatch();
    openPanel();
    pressRunInBackground();
    tab.shows(LOG, "begun");
    String first = tab.text("#opened .id code");

    tab.fill("#model_id", "another");
    pressRunInBackground();

    eventually(() -> assertThat(tab.text("#opened .id code")).isNotEqualTo(first));
    tab.shows(LOG, "begun");
    assertThat(tab.texts("#active li a"))
        .containsExactly("arithmetic-traces · another", "arithmetic-traces · m");
    tab.driver().navigate().back();
    eventually(() -> assertThat(tab.text("#opened .id code")).isEqualTo(first));
    go();
    tab.shows("#opened .verdict", "completed");
  }

  @Test
  void cancelling_is_asked_once_and_ends_the_run_in_the_view_and_in_its_row() {
    serve(WAITING);
    server.dispatch();
    openPanel();
    pressRunInBackground();
    tab.shows(LOG, "begun");
    tab.click("#refresh");
    tab.shows("#runs .c-status", "running");

    tab.find("#opened .ask").sendKeys(Keys.ENTER);

    tab.shows("#opened .question", "Cancel this run?");
    assertThat(tab.driver().switchTo().activeElement().getText()).isEqualTo("Yes, cancel it");
    assertThat(tab.accessibilityProblems()).isEmpty();
    tab.width(320);
    eventually(() -> assertThat(tab.overflow()).isZero());
    tab.picture("cancel-320");
    tab.width(Tab.WIDE);
    tab.press(Keys.ESCAPE);
    assertThat(tab.isShown("#opened .question")).isFalse();
    assertThat(tab.driver().switchTo().activeElement().getText()).isEqualTo("Cancel run");
    tab.press(Keys.ENTER);
    tab.click("#opened .no");
    assertThat(tab.text("#opened .verdict")).contains("running");
    tab.click("#opened .ask");
    tab.click("#opened .yes");

    tab.shows("#opened .verdict", "cancelled");
    assertThat(tab.text("#opened .verdict")).contains("no exit code");
    assertThat(tab.text("#opened .message")).startsWith("Cancelled by ");
    assertThat(tab.isShown("#opened .cancel")).isFalse();
    tab.shows("#runs .c-status", "cancelled");
    assertThat(tab.isShown("#active")).isFalse();
    assertThat(tab.driver().getTitle()).startsWith("cancelled – ");
    tab.driver().navigate().refresh();
    tab.shows("#opened .verdict", "cancelled");
  }

  @Test
  void a_run_that_waits_is_cancelled_before_it_starts() {
    serve("touch '" + folder.resolve("started") + "'");
    openPanel();
    pressRunInBackground();
    tab.shows("#opened .verdict", "pending");
    tab.click("#opened .ask");

    tab.click("#opened .yes");

    tab.shows("#opened .verdict", "cancelled");
    assertThat(tab.isShown("#opened .live")).isFalse();
    server.dispatch();
    assertThat(folder.resolve("started")).doesNotExist();
  }

  @Test
  void a_cancellation_that_does_not_arrive_says_so_and_can_be_tried_again() {
    expectRefusals();
    serve(WAITING);
    openPanel();
    pressRunInBackground();
    tab.shows("#opened .verdict", "pending");
    tab.click("#opened .ask");
    server.close();

    tab.click("#opened .yes");

    tab.shows("#opened .cancel .problem", "Couldn’t cancel the run: The server isn’t responding.");
    assertThat(tab.isShown("#opened .ask")).isTrue();
  }

  @Test
  void a_run_of_a_server_with_a_token_is_followed_and_cancelled_too() {
    expectRefusals();
    serve(WAITING, settings -> settings.token("secret"));
    server.dispatch();
    open("/");
    eventually(() -> assertThat(tab.isShown("#token")).isTrue());
    tab.fill("#token-value", "secret" + Keys.ENTER);
    tab.shows("#runtime", "ready");
    fillIn("arithmetic-traces", "m");
    pressRunInBackground();
    tab.shows(LOG, "begun");

    tab.click("#opened .ask");
    tab.click("#opened .yes");

    tab.shows("#opened .verdict", "cancelled");
  }

  @Test
  void a_short_run_shows_its_output_however_fast_it_ends() {
    serve("echo done");
    openPanel();
    pressRunInBackground();
    tab.shows("#opened .verdict", "pending");

    server.dispatch();

    tab.shows("#opened", "done");
    tab.shows("#opened .verdict", "completed");
  }

  @Test
  void a_full_queue_says_when_to_try_again() {
    expectRefusals();
    serve("true");
    for (int i = 0; i < RealServer.QUEUE_MAX; i++) {
      HttpResponse<String> answer = server.send(server.posting(ASYNC, RealServer.body(false)));
      assertThat(answer.statusCode()).isEqualTo(200);
    }
    openPanel();

    pressRunInBackground();

    tab.shows("#panel-problem", "The queue is full; try again later (in 5 s)");
    assertThat(tab.isShown("#opened")).isFalse();
    assertThat(tab.find("#panel button[value=background]").isEnabled()).isTrue();
  }

  @Test
  void what_the_server_refuses_stands_beside_its_field() {
    expectRefusals();
    serve("true");
    open("/");
    tab.shows("#dataset_key-hint", "100 traces");
    tab.fill("#dataset_key", "");

    pressRunInBackground();

    tab.shows("#dataset_key-problem", "Enter a dataset.");
    assertThat(tab.isShown("#opened")).isFalse();
  }
}
