package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static dev.runregistry.testkit.Runs.NOON;
import static dev.runregistry.testkit.Runs.cancelled;
import static dev.runregistry.testkit.Runs.dryRunOf;
import static dev.runregistry.testkit.Runs.ended;
import static dev.runregistry.testkit.Runs.exited;
import static dev.runregistry.testkit.Runs.localRunOf;
import static dev.runregistry.testkit.Runs.lost;
import static dev.runregistry.testkit.Runs.running;
import static dev.runregistry.testkit.Runs.timedOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunOutcome.DryRunPassed;
import dev.runregistry.run.RunSpec;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What a person can do with the Run History. */
class HistoryIT extends BrowserTest {
  @BeforeEach
  void start() {
    serve("true");
  }

  private Run add(Run run) {
    server.runs().save(run);
    return run;
  }

  /** Runs with exit code 0, each a second after the one before; {@code <key>-<number>}. */
  private void add(String key, int from, int to) {
    IntStream.range(from, to)
        .mapToObj(i -> running(localRunOf(key + "-" + i), NOON.plusSeconds(i)))
        .forEach(run -> add(ended(run, exited(0))));
  }

  private static Run begun(RunSpec spec, int second) {
    return running(spec, NOON.plusSeconds(second));
  }

  private List<String> datasets() {
    return tab.texts("#runs .c-dataset");
  }

  private void showsDatasets(String... keys) {
    eventually(() -> assertThat(datasets()).containsExactly(keys));
  }

  private void choose(String filter, String value) {
    tab.find("#filter-" + filter).findElements(By.tagName("option")).stream()
        .filter(option -> option.getText().equals(value))
        .findFirst()
        .orElseThrow()
        .click();
  }

  /** The requests of the history, without the ones for the active runs. */
  private long requests() {
    return (Long)
        tab.js(
            "return performance.getEntriesByType('resource')"
                + ".filter(e => /\\/api\\/tunix\\/runs(\\/|\\?.*limit=)/.test(e.name)).length");
  }

  @Test
  void opening_the_section_loads_it_and_the_address_remembers() {
    add("a", 0, 2);
    open("/");
    tab.shows("#runtime", "available");
    assertThat(requests()).isZero();
    assertThat(tab.isShown("#runs")).isFalse();

    tab.click("#history > summary");

    showsDatasets("a-1", "a-0");
    assertThat(tab.address()).isEqualTo("/?history=open");
    tab.driver().navigate().refresh();
    showsDatasets("a-1", "a-0");
    tab.click("#history > summary");
    eventually(() -> assertThat(tab.isShown("#runs")).isFalse());
    assertThat(tab.address()).isEqualTo("/");
    tab.driver().navigate().back();
    eventually(() -> assertThat(tab.isShown("#runs")).isTrue());
    tab.driver().navigate().back();
    eventually(() -> assertThat(tab.isShown("#runs")).isFalse());
    tab.driver().navigate().forward();
    eventually(() -> assertThat(tab.isShown("#runs")).isTrue());
  }

  @Test
  void a_run_has_its_columns_with_local_time_and_exact_utc() {
    add(ended(running(localRunOf("math-v1"), NOON), exited(0)));

    openHistory("");

    assertThat(tab.texts("#runs th"))
        .containsExactly("Status", "Mode", "Data set", "Model", "Started", "Duration");
    assertThat(tab.texts("#runs .run td"))
        .containsExactly(
            "completed",
            "local",
            "math-v1",
            "google/gemma-2b-it",
            "22 Nov 2026, 21:00:00", // in Tokyo
            "1.23 s");
    WebElement time = tab.find("#runs .run time");
    assertThat(time.getDomAttribute("title")).isEqualTo("2026-11-22 12:00:00.123456 UTC");
    assertThat(time.getDomAttribute("datetime")).isEqualTo("2026-11-22T12:00:00.123456Z");
  }

  @Test
  void nothing_is_loaded_until_somebody_asks() {
    add("a", 0, 1);
    newTab()
        .command(
            "Page.addScriptToEvaluateOnNewDocument",
            Map.of(
                "source",
                "window.timers = []; for (const name of ['setTimeout', 'setInterval']) {"
                    + " const real = window[name];"
                    + " window[name] = (...all) => { timers.push(String(all[0]));"
                    + " return real(...all); }; }"));
    tab.open("/?history=open");
    showsDatasets("a-0");

    assertThat((List<?>) tab.js("return timers")).isEmpty();
    add("b", 1, 2);
    assertThat(requests()).isEqualTo(1);
    tab.click("#refresh");
    showsDatasets("b-1", "a-0");
    assertThat(requests()).isEqualTo(2);
  }

  @Test
  void after_a_run_from_the_panel_the_button_shows_that_there_is_something_new() {
    add("a", 0, 1);
    openHistory("");
    fillIn("arithmetic-traces", "m");

    pressDryRun();

    tab.shows("#result .verdict", "completed");
    assertThat(tab.find("#refresh").getDomAttribute("class")).contains("new");
    assertThat(datasets()).containsExactly("a-0");
    tab.click("#refresh");
    showsDatasets("arithmetic-traces", "a-0");
    assertThat(tab.find("#refresh").getDomAttribute("class")).doesNotContain("new");
  }

  @Test
  void filters_are_joined_kept_in_the_address_and_cleared_together() {
    add(ended(begun(localRunOf("x"), 1), exited(0)));
    add(ended(begun(localRunOf("x"), 2), exited(1)));
    add(ended(begun(localRunOf("y & z"), 3), exited(1)));
    add(ended(begun(dryRunOf("y & z"), 4), new DryRunPassed("fine")));
    openHistory("");
    assertThat(tab.find("#filters-clear").isEnabled()).isFalse();

    choose("status", "failed");
    showsDatasets("y & z", "x");
    choose("mode", "local");
    showsDatasets("y & z", "x");
    tab.fill("#filter-dataset", "y & z" + Keys.ENTER);
    showsDatasets("y & z");
    String shared = tab.address();
    assertThat(shared).isEqualTo("/?history=open&status=failed&mode=local&dataset_key=y+%26+z");

    open(shared);
    showsDatasets("y & z");
    assertThat(tab.find("#filter-status").getDomProperty("value")).isEqualTo("failed");
    assertThat(tab.find("#filter-dataset").getDomProperty("value")).isEqualTo("y & z");
    tab.click("#filters-clear");
    showsDatasets("y & z", "y & z", "x", "x");
    assertThat(tab.address()).isEqualTo("/?history=open");
    tab.driver().navigate().back();
    showsDatasets("y & z");
    assertThat(tab.find("#filter-mode").getDomProperty("value")).isEqualTo("local");
  }

  @Test
  void pages_go_older_and_newer_and_stay_in_place_while_runs_are_added() {
    add("a", 0, 45);
    openHistory("");
    assertThat(tab.find("#newer").isEnabled()).isFalse();
    assertThat(datasets()).startsWith("a-44").endsWith("a-25");

    tab.click("#older");
    eventually(() -> assertThat(datasets()).startsWith("a-24").endsWith("a-5"));
    add("b", 45, 50);
    tab.click("#older");
    eventually(() -> assertThat(datasets()).startsWith("a-4").endsWith("a-0"));
    assertThat(tab.find("#older").isEnabled()).isFalse();
    tab.driver().navigate().refresh();
    eventually(() -> assertThat(datasets()).startsWith("a-4").endsWith("a-0"));
    tab.click("#newer");
    eventually(() -> assertThat(datasets()).startsWith("a-24").endsWith("a-5"));
    String second = tab.address();
    tab.driver().navigate().back();
    eventually(() -> assertThat(datasets()).startsWith("a-4"));

    open(second);
    eventually(() -> assertThat(datasets()).startsWith("a-24").endsWith("a-5"));
    assertThat(tab.find("#newer").isEnabled()).as("a link has no way back").isFalse();
    tab.click("#newest");
    eventually(() -> assertThat(datasets()).startsWith("b-49"));
    assertThat(tab.address()).isEqualTo("/?history=open");
  }

  @Test
  void a_hundred_rows_are_shown_at_once() {
    add("a", 0, 120);
    openHistory("");

    choose("limit", "100");

    eventually(() -> assertThat(tab.all("#runs .run")).hasSize(100));
    assertThat(tab.all("#picture svg[role=img] .mark")).hasSize(100);
    assertThat(tab.address()).isEqualTo("/?history=open&limit=100");
    tab.width(Tab.PHONE);
    assertThat(tab.overflow()).isZero();
    tab.picture("history-100-phone");
  }

  @Test
  void the_picture_is_of_the_runs_that_are_shown_and_of_nothing_else() {
    add(ended(begun(localRunOf("x"), 0), exited(0)));
    add(ended(begun(localRunOf("x"), 1), exited(1)));
    add(ended(begun(localRunOf("x"), 2), timedOut()));
    add(ended(begun(localRunOf("x"), 3), lost()));
    add(begun(localRunOf("x"), 4));
    add(ended(begun(localRunOf("x"), 5), cancelled()));
    openHistory("");

    WebElement picture = tab.find("#picture svg[role=img]");
    assertThat(picture.getDomAttribute("aria-label"))
        .startsWith("6 runs from 22 Nov 2026, 21:00 to 22 Nov 2026, 21:00")
        .endsWith("half of them within 1.23 s, the longest 1.23 s");
    assertThat(tab.texts("#picture .legend .badge"))
        .containsExactly("1 completed", "2 failed", "1 timeout", "1 cancelled", "1 running");
    assertThat(
            (List<?>)
                tab.js(
                    "return [...document.querySelectorAll('#picture svg[role=img] .mark')]"
                        + ".map(m => m.getAttribute('class'))"))
        .isEqualTo(
            List.of(
                "mark completed",
                "mark failed",
                "mark timeout",
                "mark failed",
                "mark running",
                "mark cancelled"));
    assertThat(requests()).isEqualTo(1);
    choose("status", "timeout");
    eventually(() -> assertThat(tab.texts("#picture .legend .badge")).containsExactly("1 timeout"));
    choose("status", "cancelled");
    eventually(
        () -> assertThat(tab.texts("#picture .legend .badge")).containsExactly("1 cancelled"));
    assertThat(tab.texts("#runs .badge")).containsExactly("cancelled");
    tab.click("#runs .toggle");
    tab.shows("#runs .facts", "– (cancelled)");
  }

  @Test
  void a_run_that_was_lost_has_no_end_and_says_so() {
    add(ended(running(localRunOf("x"), NOON), lost()));
    openHistory("");

    assertThat(tab.text("#runs .c-status")).isEqualTo("failed, lost");
    assertThat(tab.text("#runs .c-duration")).isEqualTo("unknown");
    tab.click("#runs .toggle");
    tab.shows("#runs .opened", "Lost: the host restarted");
    assertThat(tab.text("#runs .facts"))
        .contains("Completed\nunknown (run lost)", "Duration\nunknown (run lost)");
  }

  @Test
  void an_empty_list_and_a_filter_without_a_match_say_what_to_do() {
    open("/?history=open");
    tab.shows("#history-empty", "No runs yet. Press Dry-run above");
    assertThat(tab.isShown("#runs")).isFalse();
    assertThat(tab.isShown("#picture")).isFalse();

    choose("status", "timeout");
    tab.shows("#history-empty", "No run matches these filters.");
    tab.click("#filters-clear");
    tab.shows("#history-empty", "No runs yet.");
  }

  @Test
  void loading_has_a_look_of_its_own() {
    add("a", 0, 1);
    newTab().interceptLists();
    tab.open("/");
    tab.shows("#runtime", "available");
    tab.holdLists();

    tab.click("#history > summary");

    tab.shows("#history-loading", "Loading the runs…");
    tab.releaseLists();
    showsDatasets("a-0");
    assertThat(tab.isShown("#history-loading")).isFalse();
    tab.holdLists();
    tab.click("#refresh");
    tab.awaitHeldList();
    assertThat(tab.find("#runs").getDomAttribute("aria-busy")).isEqualTo("true");
    assertThat(datasets()).containsExactly("a-0");
    tab.releaseLists();
    eventually(() -> assertThat(tab.find("#runs").getDomAttribute("aria-busy")).isEqualTo("false"));
  }

  @Test
  void an_error_says_why_wipes_nothing_and_can_be_tried_again() {
    expectRefusals();
    add("a", 0, 2);
    openHistory("");
    tab.click("#runs .toggle");
    tab.shows("#runs .opened", "loss 0.25");
    int port = server.port();
    server.close();

    tab.click("#refresh");
    tab.shows("#history-error", "The runs cannot be loaded: The server does not answer.");
    assertThat(datasets()).containsExactly("a-1", "a-0");
    assertThat(tab.text("#runs .opened")).contains("loss 0.25");
    assertThat(tab.isShown("#picture")).isTrue();

    serve("true", settings -> settings.port(port));
    tab.click("#retry");
    eventually(() -> assertThat(tab.isShown("#history-error")).isFalse());
    assertThat(tab.text("#runs .opened")).contains("loss 0.25");
  }

  @Test
  void a_link_that_cannot_be_is_refused_with_the_reason() {
    expectRefusals();

    open("/?history=open&status=done");

    tab.shows("#history-error", "status: Input should be 'pending', 'running'");
    tab.click("#filters-clear");
    tab.shows("#history-empty", "No runs yet.");
    assertThat(tab.isShown("#history-error")).isFalse();
  }

  @Test
  void two_tabs_show_what_each_was_asked_for() {
    add(ended(begun(localRunOf("x"), 1), exited(0)));
    add(ended(begun(localRunOf("x"), 2), exited(1)));
    openHistory("&status=failed");
    Tab first = tab;
    openHistory("");
    fillIn("arithmetic-traces", "m");
    pressDryRun();
    tab.shows("#result .verdict", "completed");
    tab.click("#refresh");
    showsDatasets("arithmetic-traces", "x", "x");

    Tab second = tab;
    first.toFront();
    tab = first;
    showsDatasets("x");
    tab.click("#filters-clear");
    showsDatasets("arithmetic-traces", "x", "x");
    second.toFront();
    tab = second;
    assertThat(tab.address()).isEqualTo("/?history=open");
  }
}
