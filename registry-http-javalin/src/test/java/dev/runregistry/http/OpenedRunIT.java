package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static dev.runregistry.testkit.Runs.NOON;
import static dev.runregistry.testkit.Runs.ended;
import static dev.runregistry.testkit.Runs.exited;
import static dev.runregistry.testkit.Runs.localRunOf;
import static dev.runregistry.testkit.Runs.running;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.run.host.Home;
import dev.runregistry.testkit.Runs;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;

/** A run at its own address, followed until it has ended. */
class OpenedRunIT extends BrowserTest {
  private static final String LOG = "#opened .log";
  private static final String LINES = "return document.querySelectorAll('#opened .line').length";

  private CompletableFuture<HttpResponse<String>> start() {
    CompletableFuture<HttpResponse<String>> answer =
        server.sendAsync(server.posting(RealServer.body(false)));
    awaitRecordOfARunningRun();
    return answer;
  }

  private String idOfTheNewestRun() {
    return TestClient.json(server.get("/api/tunix/runs")).at("/data/0/run_id").textValue();
  }

  private String script(String before, String after) {
    return before + "; while [ ! -e $GO ]; do sleep 0.05; done; " + after;
  }

  private void serveWithPatience(String script) {
    serve(script, settings -> settings.localRunTimeout(Duration.ofMinutes(10)));
  }

  @Test
  void a_running_run_shows_its_time_and_its_lines_and_ends_by_itself_in_the_view_and_in_its_row() {
    serve(WAITING);
    CompletableFuture<HttpResponse<String>> answer = start();
    String id = idOfTheNewestRun();
    open("/?history=open&run=" + id);
    tab.shows(LOG, "begun");
    assertThat(tab.text("#opened .verdict")).contains("running", "local");
    assertThat(tab.text("#opened .id code")).isEqualTo(id);
    eventually(() -> assertThat(tab.text("#opened .time")).matches("running for \\d+ s of 10 min"));
    assertThat(tab.isShown("#opened progress")).isTrue();
    assertThat(tab.driver().getTitle()).isEqualTo("running – arithmetic-traces – Run Registry");
    tab.shows("#runs .c-status", "running");
    tab.shows("#active li", "running");
    tab.picture("opened-running");
    assertThat(tab.accessibilityProblems()).isEmpty();

    go();
    answer.join();

    tab.shows("#opened .verdict", "completed");
    tab.shows(LOG, "begun\nended");
    assertThat(tab.text("#opened .verdict")).contains("exit code 0");
    assertThat(tab.isShown("#opened .time")).isFalse();
    assertThat(tab.isShown("#opened .cancel")).isFalse();
    tab.shows("#runs .c-status", "completed");
    assertThat(tab.isShown("#active")).isFalse();
    assertThat(tab.driver().getTitle()).isEqualTo("completed – arithmetic-traces – Run Registry");
    tab.shows("#announcer", "The run has finished: completed.");
    assertThat(tab.find("#refresh").getDomAttribute("class")).doesNotContain("new");
  }

  @Test
  void the_log_goes_on_over_a_restart_of_the_server_without_loss_or_repetition() {
    expectRefusals();
    String script = script("echo a; echo b", "echo c; echo d");
    serve(
        script,
        settings ->
            settings.localRunTimeout(Duration.ofMinutes(10)).stopTimeout(Duration.ofMillis(1)));
    start();
    open("/?run=" + idOfTheNewestRun());
    tab.shows(LOG, "a\nb");
    int port = server.port();
    server.close();
    tab.shows("#opened .log-state", "The connection is interrupted; next attempt in");

    serve(script, settings -> settings.port(port));
    tab.shows("#opened .log-state", "Live");
    go();
    eventually(() -> assertThat(tab.text(LOG)).isEqualTo("a\nb\nc\nd"));
    eventually(
        () -> {
          server.registry.reconcile();
          assertThat(server.active()).isEmpty();
        });

    tab.shows("#opened .verdict", "completed");
    assertThat(tab.text(LOG)).isEqualTo("a\nb\nc\nd");
  }

  @Test
  void of_ten_thousand_lines_the_last_ones_are_kept_and_the_others_counted() {
    serveWithPatience(script("seq 1 10000", "echo end"));
    CompletableFuture<HttpResponse<String>> answer = start();
    open("/?run=" + idOfTheNewestRun());

    eventually(() -> assertThat(tab.text("#opened .line:last-child")).isEqualTo("10000"));

    assertThat(tab.js(LINES)).isEqualTo(2_000L);
    assertThat(tab.text("#opened .omitted")).isEqualTo("8\u202f000 earlier lines are not shown.");
    assertThat(tab.find("#opened .line").getText()).isEqualTo("8001");
    assertThat(isAtTheEnd()).isTrue();
    tab.js("document.querySelector('#opened .log').scrollTop = 0");
    go();
    answer.join();
    tab.shows("#opened .verdict", "completed");
    assertThat(tab.js(LINES)).isEqualTo(2_000L);
    tab.shows("#opened .omitted", "8\u202f001 earlier lines");
    assertThat(isAtTheEnd()).as("who has scrolled up is left there").isFalse();
  }

  private boolean isAtTheEnd() {
    return (Boolean)
        tab.js(
            "const e = document.querySelector('#opened .log');"
                + " return e.scrollTop + e.clientHeight >= e.scrollHeight - 2");
  }

  @Test
  void a_hostile_log_stays_text() {
    String hostile = "<script>window.hacked = 1</script><img src=x onerror=\"hacked=1\">";
    serveWithPatience(
        script(
            "printf '%s\\n' '"
                + hostile
                + "'; printf '\\033[31mred\\033[0m\\007\\n\\n' >&2;"
                + " head -c 60000 /dev/zero | tr '\\0' x; echo",
            "true"));
    CompletableFuture<HttpResponse<String>> answer = start();
    open("/?run=" + idOfTheNewestRun());

    tab.shows(LOG, "… (55\u202f904 more characters)");

    assertThat(tab.texts("#opened .line")).contains(hostile);
    assertThat(tab.texts("#opened .line.stderr")).containsExactly("red␇", "");
    assertThat(tab.js("return window.hacked")).isNull();
    assertThat(tab.all("#opened script, #opened img")).isEmpty();
    for (int width : List.of(320, Tab.PHONE, 768, Tab.WIDE)) {
      tab.width(width);
      eventually(() -> assertThat(tab.overflow()).as("at a width of %s", width).isZero());
      tab.picture("opened-hostile-" + width);
    }
    for (boolean dark : List.of(true, false)) {
      tab.dark(dark);
      eventually(() -> assertThat(tab.js("return document.getAnimations().length")).isEqualTo(0L));
      assertThat(tab.accessibilityProblems()).isEmpty();
    }
    go();
    answer.join();
    tab.shows("#opened .verdict", "completed");
  }

  @Test
  void a_run_that_prints_nothing_is_seen_to_end() {
    serveWithPatience(script("true", "exit 3"));
    CompletableFuture<HttpResponse<String>> answer = start();
    open("/?run=" + idOfTheNewestRun());
    tab.shows("#opened .log-state", "Live");

    go();
    answer.join();

    tab.shows("#opened .verdict", "failed");
    assertThat(tab.text("#opened .verdict")).contains("exit code 3");
    assertThat(tab.isShown("#opened .live")).as("an empty log").isFalse();
  }

  @Test
  void what_runs_is_shown_after_a_reload_and_opens_at_its_address() {
    serve(WAITING);
    open("/");
    fillIn("arithmetic-traces", "a model");
    pressRun();
    awaitRecordOfARunningRun();

    tab.driver().navigate().refresh();

    tab.shows("#active li", "arithmetic-traces · a model");
    assertThat(tab.text("#active-time")).startsWith("As of ");
    assertThat(tab.accessibilityProblems()).isEmpty();
    tab.find("#active li a").sendKeys(Keys.ENTER);
    tab.shows(LOG, "begun");
    assertThat(tab.address()).isEqualTo("/?run=" + idOfTheNewestRun());
    assertThat(tab.driver().switchTo().activeElement().getText()).isEqualTo("arithmetic-traces");
    go();
    tab.shows("#opened .verdict", "completed");
    assertThat(tab.isShown("#active")).isFalse();
    tab.driver().navigate().refresh();
    tab.shows("#opened .verdict", "completed");
    assertThat(tab.text("#opened .stream pre")).isEqualTo("begun\nended");
  }

  @Test
  void a_list_of_what_runs_is_refreshed_on_request_only() {
    serve("true");
    Run run = running(localRunOf("x"), NOON);
    server.runs().save(run);
    open("/");
    tab.shows("#active li", "x · google/gemma-2b-it");
    server.runs().save(ended(run, exited(0)));
    server.runs().save(running(localRunOf("y"), NOON));

    tab.click("#active-refresh");

    eventually(
        () -> assertThat(tab.texts("#active li a")).containsExactly("y · google/gemma-2b-it"));
  }

  @Test
  void a_run_has_a_link_that_can_be_copied_and_followed_back_and_forth() {
    serve("true");
    Run first = Runs.completed();
    server.runs().save(first);
    newTab()
        .command(
            "Browser.grantPermissions",
            Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    tab.open("/?history=open");
    eventually(() -> assertThat(tab.all("#runs .toggle")).hasSize(1));
    tab.click("#runs .toggle");
    tab.shows("#runs .facts", "Time limit");

    tab.click("#runs .id a");

    tab.shows("#opened .verdict", "completed");
    String address = "/?run=" + first.id() + "&history=open";
    assertThat(tab.address()).isEqualTo(address);
    assertThat(tab.find("#refresh").getDomAttribute("class")).doesNotContain("new");
    assertThat(tab.isShown("#runs .opened")).isTrue();
    tab.click("#opened-link");
    tab.shows("#opened-link", "Copied");
    assertThat(
            tab.driver()
                .executeAsyncScript(
                    "const done = arguments[0]; navigator.clipboard.readText().then(done, done)"))
        .isEqualTo("http://127.0.0.1:" + server.port() + "/?run=" + first.id());
    tab.driver().navigate().back();
    eventually(() -> assertThat(tab.isShown("#opened")).isFalse());
    assertThat(tab.driver().getTitle()).isEqualTo("Run Registry");
    tab.driver().navigate().forward();
    tab.shows("#opened .verdict", "completed");
    tab.click("#opened-close");
    assertThat(tab.isShown("#opened")).isFalse();
    assertThat(tab.address()).isEqualTo("/?history=open");
    tab.driver().navigate().back();
    tab.shows("#opened .verdict", "completed");
    assertThat(tab.address()).isEqualTo(address);
  }

  @Test
  void changing_the_list_keeps_the_opened_run_in_the_address() {
    serve("true");
    Run run = Runs.completed();
    server.runs().save(run);
    open("/?run=" + run.id());
    tab.shows("#opened .verdict", "completed");

    tab.click("#history > summary");

    eventually(() -> assertThat(tab.address()).isEqualTo("/?run=" + run.id() + "&history=open"));
    assertThat(tab.isShown("#opened .verdict")).isTrue();
  }

  @Test
  void an_id_without_a_run_says_so_and_an_id_that_is_none_too() {
    expectRefusals();
    serve("true");

    open("/?run=01a22f00-0000-7000-8000-000000000000");
    tab.shows("#opened [role=alert]", "No run 01a22f00-0000-7000-8000-000000000000");
    assertThat(tab.driver().getTitle()).isEqualTo("Not found – Run Registry");
    assertThat(tab.accessibilityProblems()).isEmpty();

    open("/?run=" + "%3Cb%3E");
    tab.shows("#opened [role=alert]", "run_id: ");
    assertThat(tab.all("#opened b")).isEmpty();
  }

  @Test
  void a_run_that_cannot_be_loaded_now_is_tried_again() {
    expectRefusals();
    serve("true");
    Run run = Runs.completed();
    server.runs().save(run);
    open("/");
    tab.shows("#runtime", "ready");
    int port = server.port();
    server.close();
    tab.js(
        "history.pushState(null, '', '?run="
            + run.id()
            + "'); dispatchEvent(new PopStateEvent('popstate'))");
    tab.shows("#opened [role=alert]", "The server isn’t responding.");

    serve("true", settings -> settings.port(port));
    tab.click("#opened [role=alert] button");

    tab.shows("#opened .verdict", "completed");
  }

  @Test
  void an_active_run_of_a_host_that_is_not_seen_says_since_when() throws SQLException {
    expectRefusals();
    serve("true");
    Run run = running(localRunOf("x"), NOON).withProvenance(Runs.provenance());
    server.runs().save(run);
    server.hosts().announce(new Home(UUID.randomUUID(), "node7", "1.2.3"));
    open("/?run=" + run.id());
    tab.shows("#opened .verdict", "running");
    tab.shows("#opened .facts", "node7");
    assertThat(tab.isShown("#opened .unseen-host")).isFalse();
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("UPDATE hosts SET last_seen = '2026-11-22T12:00:00.123456Z'");
    }

    open("/?run=" + run.id());

    tab.shows("#opened .unseen-host", "The host node7 was last seen ");
    assertThat(tab.find("#opened .unseen-host time").getDomAttribute("datetime"))
        .isEqualTo("2026-11-22T12:00:00.123456Z");
    assertThat(tab.accessibilityProblems()).isEmpty();
    server.runs().save(ended(run, exited(0)));
    tab.shows("#opened .verdict", "completed");
    assertThat(tab.isShown("#opened .unseen-host")).isFalse();
  }

  @Test
  void a_running_run_of_another_host_has_no_log_here_and_is_seen_to_end() {
    expectRefusals();
    serve("true");
    Run run = running(localRunOf("x"), NOON);
    server.runs().save(run);
    open("/?run=" + run.id());
    tab.shows("#opened .log-state", "This host has no output of run");

    server.runs().save(ended(run, exited(0)));

    tab.shows("#opened .verdict", "completed");
  }
}
