package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static dev.runregistry.testkit.Runs.NOON;
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
import dev.runregistry.testkit.Runs;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
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
    return tab.texts("#runs .name");
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
                + ".filter(e => /\\/api\\/tunix\\/runs(\\/(?!histogram)|\\?.*limit=)/.test(e.name)).length");
  }

  @Test
  void opening_the_section_loads_it_and_the_address_remembers() {
    add("a", 0, 2);
    open("/");
    tab.shows("#runtime", "ready");
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
    add(ended(running(localRunOf("math-v1"), NOON.minus(Duration.ofDays(365))), exited(0)));

    openHistory("");

    assertThat(tab.texts("#runs th"))
        .containsExactly("Status", "Run", "Host", "Started", "Duration");
    assertThat(tab.texts("#runs .run td"))
        .containsExactly(
            "completed",
            "math-v1\ngoogle/gemma-2b-it",
            "",
            "22 Nov 2025, 21:00:00", // in Tokyo
            "1.23 s");
    WebElement time = tab.find("#runs .run time");
    assertThat(time.getDomAttribute("title"))
        .isEqualTo("22 Nov 2025, 21:00:00\n2025-11-22 12:00:00.123456 UTC");
    assertThat(time.getDomAttribute("datetime")).isEqualTo("2025-11-22T12:00:00.123456Z");
  }

  @Test
  void a_run_of_the_last_24_hours_has_its_distance_in_time() {
    Instant begin = Instant.now().minus(Duration.ofMinutes(210)).truncatedTo(ChronoUnit.MICROS);
    add(ended(running(localRunOf("math-v1"), begin), exited(0)));

    openHistory("");

    assertThat(tab.text("#runs .run time")).matches("3 hr\\.? ago");
    assertThat(tab.find("#runs .run time").getDomAttribute("title"))
        .matches("(?s)\\d.*\n" + begin.toString().substring(0, 10) + " .*UTC");
    assertThat(tab.find("#runs .toggle").getDomAttribute("aria-label")).doesNotContain("ago");
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

    assertThat((List<?>) tab.js("return timers.filter(t => !t.includes('showListTime'))"))
        .as("no timer but the one of '3 min ago'")
        .isEmpty();
    add("b", 1, 2);
    assertThat(requests()).isEqualTo(1);
    tab.click("#refresh");
    showsDatasets("b-1", "a-0");
    assertThat(requests()).isEqualTo(2);
  }

  @Test
  void after_a_run_from_the_panel_the_button_shows_that_there_is_a_new_one() {
    add("a", 0, 1);
    openHistory("");
    fillIn("arithmetic-traces", "m");

    pressDryRun();

    tab.shows("#result .verdict", "completed");
    assertThat(tab.find("#refresh").getDomAttribute("class")).contains("new");
    assertThat(tab.find("#refresh").getDomAttribute("data-added")).isEqualTo("1 new run");
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
    assertThat(tab.isShown("#filters-clear")).isFalse();

    choose("status", "failed");
    showsDatasets("y & z", "x");
    tab.click("#more-filters summary");
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
  void a_text_is_searched_for_and_the_search_is_in_the_address() {
    add(ended(begun(Runs.commandOf("train.py", "--lr", "1e-3"), 1), exited(0)));
    add(ended(begun(Runs.commandOf("train.py", "--lr", "1e-4"), 2), exited(0)));
    add(ended(begun(localRunOf("x"), 3), exited(0)));
    openHistory("");

    tab.fill("#filter-q", "--lr 1e-4" + Keys.ENTER);

    showsDatasets("train.py --lr 1e-4");
    assertThat(tab.address()).isEqualTo("/?history=open&q=--lr+1e-4");
    tab.shows("#position", "1–1 of 1");
    tab.fill("#filter-q", "no such text" + Keys.ENTER);
    tab.shows("#history-empty", "No runs match these filters.");
    tab.driver().navigate().back();
    showsDatasets("train.py --lr 1e-4");
    assertThat(tab.find("#filter-q").getDomProperty("value")).isEqualTo("--lr 1e-4");
    tab.click("#filters-clear");
    showsDatasets("x", "train.py --lr 1e-4", "train.py --lr 1e-3");
  }

  @Test
  void runs_are_listed_by_duration_with_pages_and_by_host_and_executor() {
    for (int i = 0; i < 25; i++) {
      Run run = begun(localRunOf("a-" + i), i).withProvenance(Runs.provenance());
      add(run.finish(exited(0), run.startedAt().plusSeconds((i * 7L) % 25)));
    }
    add(ended(begun(localRunOf("b"), 30), exited(0)));
    openHistory("");

    choose("sort", "Longest first");

    eventually(() -> assertThat(datasets()).startsWith("a-7", "a-14", "a-21").hasSize(20));
    assertThat(tab.address()).isEqualTo("/?history=open&sort=-duration");
    tab.click("#older");
    eventually(() -> assertThat(datasets()).endsWith("b", "a-18", "a-0").hasSize(6));
    tab.shows("#position", "21–26 of 26");
    tab.driver().navigate().refresh();
    tab.shows("#position", "21–26 of 26");
    open("/?history=open&host=node7&executor=process&sort=duration");
    eventually(() -> assertThat(datasets()).startsWith("a-0").hasSize(20));
    assertThat(tab.find("#filter-host").isDisplayed()).as("a filter in force is seen").isTrue();
    tab.shows("#position", "1–20 of 25");
  }

  @Test
  void days_are_days_of_the_user_and_have_shortcuts() {
    Instant morning = Instant.parse("2026-11-22T15:30:00Z"); // 00:30 of the 23rd in Tokyo
    add(ended(running(localRunOf("x"), morning.minusSeconds(3_600)), exited(0)));
    add(ended(running(localRunOf("y"), morning), exited(0)));
    add(ended(running(localRunOf("now"), Instant.now().truncatedTo(ChronoUnit.MICROS)), exited(0)));

    openHistory("&since=2026-11-23&until=2026-11-23");

    showsDatasets("y");
    assertThat(tab.find("#filter-since").getDomProperty("value")).isEqualTo("2026-11-23");
    tab.click("[data-days=today]");
    showsDatasets("now");
    String today = LocalDate.now(ZoneId.of("Asia/Tokyo")).toString();
    assertThat(tab.address()).isEqualTo("/?history=open&since=" + today);
    assertThat(tab.find("[data-days=today]").getDomAttribute("aria-pressed")).isEqualTo("true");
    tab.click("[data-days=today]");
    showsDatasets("now", "y", "x");
  }

  @Test
  void pages_go_older_and_newer_and_stay_in_place_while_runs_are_added() {
    add("a", 0, 45);
    openHistory("");
    assertThat(tab.find("#newer").isEnabled()).isFalse();
    assertThat(datasets()).startsWith("a-44").endsWith("a-25");
    tab.shows("#position", "1–20 of 45");

    tab.click("#older");
    eventually(() -> assertThat(datasets()).startsWith("a-24").endsWith("a-5"));
    tab.shows("#position", "21–40 of 45");
    assertThat(tab.driver().switchTo().activeElement().getDomAttribute("id")).isEqualTo("position");
    assertThat((Boolean) tab.js(IS_IN_VIEW)).as("the begin of the list").isTrue();
    tab.shows("#announcer", "Runs 21–40 of 45");
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

  private static final String IS_IN_VIEW =
      "const {top, bottom} = document.querySelector('#position').getBoundingClientRect();"
          + " return top >= 0 && bottom <= innerHeight";

  @Test
  void a_hundred_rows_are_shown_at_once() {
    add("a", 0, 120);
    openHistory("");

    tab.click("#more-filters summary");
    choose("limit", "100");

    eventually(() -> assertThat(tab.all("#runs .run")).hasSize(100));
    tab.shows("#position", "1–100 of 120");
    assertThat(tab.address()).isEqualTo("/?history=open&limit=100");
    tab.width(Tab.PHONE);
    assertThat(tab.overflow()).isZero();
    tab.picture("history-100-phone");
  }

  @Test
  void days_and_statuses_are_counted_and_filter_by_a_click() {
    for (int day = 0; day < 3; day++) {
      add(ended(begun(localRunOf("x-" + day), day * 86_400), exited(0)));
    }
    add(ended(begun(localRunOf("failed"), 1), exited(1)));
    add(ended(begun(localRunOf("timeout"), 2 * 86_400 + 1), timedOut()));
    add(begun(localRunOf("running"), 3 * 86_400));
    openHistory("");

    eventually(
        () ->
            assertThat(tab.texts("#histogram .count"))
                .containsExactly("3 completed", "1 failed", "1 timeout", "1 running"));
    assertThat(tab.text("#histogram figcaption")).isEqualTo("22 Nov 2026 – 25 Nov 2026");
    assertThat(barNames())
        .containsExactly(
            "22 Nov 2026: 1 completed, 1 failed",
            "23 Nov 2026: 1 completed",
            "24 Nov 2026: 1 completed, 1 timeout",
            "25 Nov 2026: 1 running");
    assertThat(requests()).as("of the list").isEqualTo(1);
    tab.find("#histogram .bar").click();
    showsDatasets("failed", "x-0");
    assertThat(tab.address()).isEqualTo("/?history=open&since=2026-11-22&until=2026-11-22");
    tab.shows("#position", "1–2 of 2");
    tab.shows("#histogram figcaption", "22 Nov 2026");
    tab.click("#histogram .count.failed");
    showsDatasets("failed");
    eventually(
        () ->
            assertThat(tab.texts("#histogram .count[aria-pressed=true]"))
                .containsExactly("1 failed"));
    tab.click("#histogram .count.failed");
    showsDatasets("failed", "x-0");
    tab.driver().navigate().back();
    tab.driver().navigate().back();
    tab.driver().navigate().back();
    eventually(() -> assertThat(barNames()).hasSize(4));
    tab.js("document.querySelector('#histogram .bar[tabindex=\"0\"]').focus()");
    tab.press(Keys.ARROW_LEFT);
    tab.press(Keys.ENTER);
    showsDatasets("timeout", "x-2");
  }

  private List<String> barNames() {
    return tab.all("#histogram .bar").stream()
        .map(bar -> bar.getDomAttribute("aria-label"))
        .toList();
  }

  @Test
  void of_many_runs_the_newest_are_counted_and_searched_and_then_older_ones() throws SQLException {
    add(ended(begun(Runs.commandOf("needle"), 0), exited(0)));
    addNewer(10_050);
    openHistory("");
    tab.shows("#position", "1–20 of more than 10\u202f000");
    assertThat(tab.text("#histogram figcaption")).endsWith("the newest 10\u202f000 runs");

    tab.fill("#filter-q", "needle" + Keys.ENTER);

    tab.shows("#history-empty", "No match among the newest 10\u202f000 runs.");
    tab.shows("#older", "Search older runs");
    tab.click("#older");
    showsDatasets("needle");
    assertThat(tab.text("#position")).isEqualTo("1–1");
    open("/?history=open&sort=duration&q=hay");
    tab.shows(
        "#position", "1–20 of more than 10\u202f000, sorted among the newest 10\u202f000 runs");
  }

  /** Adds runs of a minute each, which are faster inserted than saved. */
  private void addNewer(int runs) throws SQLException {
    String time = "strftime('%Y-%m-%dT%H:%M:%S', '2026-11-23', i || ' minutes') || '.000000Z'";
    try (Connection connection =
            DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("registry.db"));
        Statement statement = connection.createStatement()) {
      statement.execute("DROP TRIGGER tunix_runs_require_link_of_insert");
      statement.execute(
          ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %1$d)"
                  + " INSERT INTO tunix_runs (run_id, dataset_key, model_id, mode, status,"
                  + " executor, created_at, started_at, completed_at, duration_seconds, message,"
                  + " output_dir, learning_rate, num_epochs, batch_size, max_seq_length, command,"
                  + " stdout, stderr, exit_code)"
                  + " SELECT printf('%%08x-0000-7000-8000-%%012x', i, i), 'd', 'm', 'local',"
                  + " 'completed', 'process', %2$s, %2$s, %2$s, 0, 'm', 'o', 0.1, 1, 1, 128,"
                  + " '[\"hay\"]', 'out', 'err', 0 FROM n")
              .formatted(runs, time));
    }
  }

  @Test
  void two_ticked_runs_are_compared_and_the_comparison_has_an_address() {
    Run one = add(ended(begun(Runs.commandOf("train.py", "--lr", "1e-3"), 1), exited(0)));
    Run other = add(ended(begun(Runs.commandOf("train.py", "--lr", "1e-4"), 2), exited(3)));
    openHistory("");
    List<WebElement> ticks = tab.all("#runs .tick");

    ticks.get(0).click();

    tab.shows("#selection", "Select one more run to compare.");
    assertThat(tab.find("#compare-selected").isEnabled()).isFalse();
    ticks.get(1).click();
    tab.shows("#selection", "2 runs selected");
    tab.click("#compare-selected");
    tab.shows("#comparison", "4 fields differ");
    assertThat(tab.texts("#comparison tbody tr"))
        .containsExactly(
            "command train.py --lr 1e-3 train.py --lr 1e-4",
            "status completed failed",
            "exit code 0 3",
            "message Completed with exit code 0 Failed with exit code 3");
    String address = "/?runA=" + one.id() + "&runB=" + other.id() + "&history=open";
    assertThat(tab.address()).isEqualTo(address);
    assertThat(tab.driver().switchTo().activeElement().getText()).isEqualTo("Compare runs");
    assertThat(tab.isShown("#selection")).isFalse();
    tab.click("#comparison thead a");
    tab.shows("#opened .verdict", "exit code 0");
    tab.driver().navigate().back();
    tab.click("#compare-close");
    assertThat(tab.isShown("#compare")).isFalse();
    open(address);
    tab.shows("#comparison", "4 fields differ");
  }

  @Test
  void a_comparison_with_a_run_that_is_none_says_so() {
    expectRefusals();
    Run run = add(ended(begun(localRunOf("x"), 1), exited(0)));

    open("/?runA=" + run.id() + "&runB=01a22f00-0000-7000-8000-000000000000");

    tab.shows("#comparison [role=alert]", "No run 01a22f00-0000-7000-8000-000000000000");
  }

  @Test
  void a_run_that_was_lost_has_no_end_and_says_so() {
    add(ended(running(localRunOf("x"), NOON), lost()));
    openHistory("");

    assertThat(tab.text("#runs .c-status")).isEqualTo("failed (lost)");
    assertThat(tab.text("#runs .c-duration")).isEqualTo("unknown");
    tab.click("#runs .toggle");
    tab.shows("#runs .opened", "Lost: the host restarted");
    assertThat(tab.text("#runs .facts"))
        .contains("Completed\nunknown (run lost)", "Duration\nunknown (run lost)");
  }

  @Test
  void an_empty_list_and_a_filter_without_a_match_say_what_to_do() {
    open("/?history=open");
    tab.shows("#history-empty", "No runs yet. Start one above");
    assertThat(tab.isShown("#runs")).isFalse();
    assertThat(tab.isShown("#histogram")).isFalse();

    choose("status", "timeout");
    tab.shows("#history-empty", "No runs match these filters.");
    tab.click("#filters-clear");
    tab.shows("#history-empty", "No runs yet.");
  }

  @Test
  void loading_has_a_look_of_its_own() {
    add("a", 0, 1);
    newTab().interceptLists();
    tab.open("/");
    tab.shows("#runtime", "ready");
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
    tab.shows("#history-error", "Couldn’t load runs: The server isn’t responding.");
    assertThat(datasets()).containsExactly("a-1", "a-0");
    assertThat(tab.text("#runs .opened")).contains("loss 0.25");
    assertThat(tab.isShown("#histogram")).isTrue();

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
