package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.By;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** What a person can do with the run panel. */
class PanelIT extends BrowserTest {
  private static final String DATASET = "arithmetic-traces";

  private void openPanel(String script) {
    serve(script);
    open("/");
    tab.shows("#dataset_key-hint", "100 traces");
  }

  private boolean canPress(String mode) {
    return tab.find("#panel button[value=" + mode + "]").isEnabled();
  }

  private String fact(String name) {
    return tab.find("#result .facts").findElements(By.tagName("div")).stream()
        .map(WebElement::getText)
        .filter(text -> text.startsWith(name + "\n"))
        .findFirst()
        .orElseThrow()
        .substring(name.length() + 1);
  }

  @Test
  void the_runtime_is_said_to_be_available() {
    openPanel("true");

    assertThat(tab.text("#runtime")).isEqualTo("Trainer ready");
    eventually(() -> assertThat(canPress("local")).isTrue());
  }

  @Test
  void run_says_why_it_is_not_available_until_it_is() throws IOException {
    Path program = folder.resolve("trainer");
    serve("true", settings -> settings.command(List.of(program.toString(), "{config}")));
    open("/");
    tab.shows("#runtime", "Training unavailable: ");
    assertThat(tab.text("#run-unavailable"))
        .startsWith("Can’t start a run: ")
        .contains("trainer")
        .doesNotContain(folder.toString());
    assertThat(canPress("local")).isFalse();
    assertThat(canPress("dry-run")).isTrue();

    Files.writeString(program, "#!/bin/sh\necho \"trainer 1.7\"\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    tab.click("#runtime-again");

    tab.shows("#runtime", "Trainer ready: trainer 1.7");
    assertThat(canPress("local")).isTrue();
    assertThat(tab.isShown("#run-unavailable")).isFalse();
  }

  @Test
  void known_data_sets_are_offered_with_their_trace_counts() {
    openPanel("true");

    assertThat(tab.all("#datasets option"))
        .singleElement()
        .satisfies(
            option -> {
              assertThat(option.getDomAttribute("value")).isEqualTo(DATASET);
              assertThat(option.getDomAttribute("label")).isEqualTo("100 traces");
            });
    assertThat(tab.find("#dataset_key").getDomAttribute("list")).isEqualTo("datasets");
    tab.fill("#dataset_key", DATASET);
    assertThat(tab.text("#dataset_key-hint")).isEqualTo("100 traces");
  }

  @Test
  void a_dry_run_shows_how_it_ended_with_its_output_folded() {
    openPanel("true");
    fillIn(DATASET, "google/gemma-2b-it");

    pressDryRun();

    assertThat(tab.text("#result .verdict"))
        .contains("completed", "dry-run", "no exit code", " ms");
    assertThat(tab.text("#result .message")).isEqualTo("Dry run passed");
    assertThat(tab.text("#announcer"))
        .isEqualTo("The dry run has finished: completed. Dry run passed");
    assertThat(tab.isShown("#result .stream pre")).isFalse();
    tab.click("#result .stream summary");
    assertThat(tab.text("#result .stream pre"))
        .startsWith("Dataset: arithmetic-traces (Arithmetic traces");
    assertThat(tab.isShown("#result .full")).as("nothing was started").isFalse();
  }

  @Test
  void a_run_is_started_with_everything_that_was_filled_in() {
    openPanel("cat \"$1\"; echo oops >&2; exit 3");
    fillIn(DATASET, "a model");
    tab.fill("#output_dir", "./out put");
    assertThat(tab.isShown("#num_epochs")).as("folded away").isFalse();
    tab.click("#parameters summary");
    assertThat(tab.texts("#parameters small:not(.problem)"))
        .containsExactly("Above 0, at most 1", "1 to 100", "1 to 512", "128 to 32 768 tokens");
    tab.fill("#learning_rate", "0.25");
    tab.fill("#num_epochs", "7");
    tab.fill("#batch_size", "16");
    tab.fill("#max_seq_length", "1024");

    pressRun();

    assertThat(tab.text("#result .verdict")).contains("failed", "local", "exit code 3");
    tab.click("#result .stream:first-child summary");
    assertThat(tab.text("#result .stream pre"))
        .contains("a model", "0.25", "num_epochs: 7", "batch_size: 16", "1024", "out put");
    assertThat(tab.text("#result .stream:last-child pre")).as("of a failed run").isEqualTo("oops");
    eventually(() -> assertThat(fact("Learning rate")).isEqualTo("0.25"));
    assertThat(fact("Epochs")).isEqualTo("7");
    assertThat(fact("Output folder")).isEqualTo("./out put");
    assertThat(fact("Time limit")).isEqualTo("30 s");
  }

  @Test
  void while_a_run_goes_on_it_is_seen_to_and_nothing_else_is_blocked() {
    openPanel(WAITING);
    fillIn(DATASET, "m");

    pressRun();

    tab.shows("#progress", "Running on arithmetic-traces…");
    tab.shows("#announcer", "Running on");
    eventually(() -> assertThat(tab.text("#progress-elapsed")).matches("[1-9]\\d* s"));
    assertThat(canPress("local")).isFalse();
    assertThat(canPress("dry-run")).isFalse();
    tab.fill("#model_id", "the next one");
    awaitRecordOfARunningRun();
    tab.click("#history > summary");
    tab.shows("#runs tbody", "running");
    assertThat(tab.text("#runs .c-duration")).isEqualTo("–");
    go();
    tab.shows("#result .verdict", "completed");
    assertThat(tab.isShown("#progress")).isFalse();
    assertThat(canPress("local")).isTrue();
    assertThat(tab.text("#announcer")).contains("The run has finished: completed.");
  }

  @Test
  void a_run_that_the_panel_waits_for_shows_its_time_and_log_and_can_be_cancelled() {
    openPanel(WAITING);
    fillIn(DATASET, "m");

    pressRun();

    tab.shows("#ongoing .log", "begun");
    eventually(() -> assertThat(tab.text("#ongoing .time")).matches("running for .+ of 10 min"));
    tab.shows("#active li", "running");
    assertThat(tab.driver().getTitle()).isEqualTo("(1 running) Run Registry");
    assertThat(tab.find("#ongoing > a").getDomAttribute("href"))
        .isEqualTo("?run=" + server.home.active().get(0));
    tab.picture("panel-running");
    assertThat(tab.accessibilityProblems()).isEmpty();

    tab.click("#ongoing .ask");
    tab.click("#ongoing .yes");

    tab.shows("#result .verdict", "cancelled");
    assertThat(tab.isShown("#ongoing")).isFalse();
    assertThat(tab.isShown("#active")).isFalse();
    assertThat(tab.driver().getTitle()).isEqualTo("Run Registry");
  }

  @Test
  void the_icon_of_the_tab_warns_of_a_failed_run_until_one_succeeds() {
    openPanel("test -e $GO");
    fillIn(DATASET, "m");
    assertThat(icon()).endsWith("/icon.svg");

    pressRun();
    tab.shows("#result .verdict", "failed");
    assertThat(icon()).endsWith("/icon-failed.svg");

    go();
    pressRun();
    tab.shows("#result .verdict", "completed");
    assertThat(icon()).endsWith("/icon.svg");
  }

  private String icon() {
    return tab.find("link[rel=icon]").getDomAttribute("href");
  }

  @Test
  void a_run_whose_result_is_shown_is_nowhere_shown_as_running() {
    serve(WAITING);
    open("/?history=open");
    fillIn(DATASET, "m");
    pressRun();
    openItsRowWhileItRuns();
    Object requests = tab.js(LIST_REQUESTS);

    go();

    tab.shows("#result .verdict", "completed");
    requireEndedInTheHistory();
    assertThat(tab.find("#refresh").getDomAttribute("class")).doesNotContain("new");
    assertThat(tab.js(LIST_REQUESTS)).as("no request but its own").isEqualTo(requests);
  }

  @Test
  void a_list_that_was_sent_before_the_end_does_not_bring_running_back() {
    serve(WAITING);
    newTab().interceptLists();
    tab.open("/?history=open");
    fillIn(DATASET, "m");
    pressRun();
    openItsRowWhileItRuns();
    tab.holdLists();
    tab.click("#refresh");
    tab.awaitHeldList();

    go();
    tab.shows("#result .verdict", "completed");
    tab.releaseLists();

    eventually(() -> assertThat(tab.find("#runs").getDomAttribute("aria-busy")).isEqualTo("false"));
    requireEndedInTheHistory();
  }

  /** How many answers of the list have come. */
  private static final String LIST_REQUESTS =
      "return performance.getEntriesByType('resource')"
          + ".filter(e => e.name.includes('/api/tunix/runs?') && e.responseEnd > 0).length";

  private void openItsRowWhileItRuns() {
    awaitRecordOfARunningRun();
    tab.click("#refresh");
    tab.shows("#runs tbody", "running");
    tab.click("#runs .toggle");
    tab.shows("#runs .facts", "Completed\n–");
  }

  private void requireEndedInTheHistory() {
    tab.shows("#runs .c-status", "completed");
    assertThat(tab.text("#runs")).doesNotContain("running");
    assertThat(tab.text("#runs .c-duration")).isNotEqualTo("–");
    assertThat(tab.text("#runs .opened")).contains("Exit code\n0", "begun\nended");
    assertThat(tab.text("#runs .id code")).isEqualTo(tab.text("#result .id code"));
  }

  @Test
  void a_run_over_its_time_limit_is_a_timeout_without_an_exit_code() {
    serve("echo begun; sleep 600", settings -> settings.localRunTimeout(Duration.ofSeconds(1)));
    open("/");
    fillIn(DATASET, "m");

    pressRun();

    tab.shows("#result .verdict", "timeout");
    assertThat(tab.text("#result .verdict")).contains("no exit code");
    assertThat(fact("Exit code")).isEqualTo("– (timed out)");
  }

  @Test
  void what_the_server_refuses_stands_beside_its_field() {
    expectRefusals();
    openPanel("true");
    tab.fill("#dataset_key", "");
    tab.fill("#model_id", "m".repeat(257));
    tab.click("#parameters summary");
    tab.fill("#learning_rate", "much");
    tab.fill("#num_epochs", "101");
    tab.fill("#batch_size", "1.5");
    tab.click("#parameters summary");

    pressDryRun();

    tab.shows("#dataset_key-problem", "Enter a dataset.");
    assertThat(tab.text("#model_id-problem")).contains("at most 256 characters");
    assertThat(tab.text("#learning_rate-problem")).isEqualTo("Enter a number above 0, at most 1.");
    assertThat(tab.text("#num_epochs-problem")).isEqualTo("Enter a whole number from 1 to 100.");
    assertThat(tab.text("#batch_size-problem")).isEqualTo("Enter a whole number from 1 to 512.");
    assertThat(tab.all("#max_seq_length[aria-invalid], #output_dir[aria-invalid]")).isEmpty();
    assertThat(tab.isShown("#panel-problem")).isFalse();
    assertThat(tab.driver().switchTo().activeElement().getDomAttribute("id"))
        .isEqualTo("dataset_key");
    assertThat(tab.find("#num_epochs").getDomAttribute("aria-describedby"))
        .contains("num_epochs-problem");

    fillIn("a/b", "m");
    tab.fill("#learning_rate", "0.1");
    tab.fill("#num_epochs", "");
    tab.fill("#batch_size", "512");
    pressDryRun();

    tab.shows("#dataset_key-problem", "Not in the datasets folder: a/b.");
    tab.click("#dataset_key-problem button");
    tab.shows("#dataset_key-problem", "It must not contain a path separator");
    assertThat(tab.all("[aria-invalid]")).hasSize(1);
  }

  @Test
  void enter_in_a_field_is_a_dry_run_which_starts_nothing() {
    Path started = folder.resolve("started");
    openPanel("touch '" + started + "'");
    tab.fill("#model_id", "m");

    tab.fill("#dataset_key", DATASET + Keys.ENTER);

    tab.shows("#result .verdict", "dry-run");
    assertThat(started).doesNotExist();
    assertThat(server.active()).isEmpty();
    assertThat(tab.text("#result .message")).isEqualTo("Dry run passed");
    assertThat(TestClient.json(server.get("/api/tunix/runs")).get("data"))
        .singleElement()
        .satisfies(run -> assertThat(run.get("mode").textValue()).isEqualTo("dry-run"));
    pressRun(); // the same form, to see that a start would have left its mark
    tab.shows("#result .verdict", "local");
    assertThat(started).exists();
  }

  @Test
  void a_failed_check_says_what_is_wrong_with_the_data_set() {
    openPanel("true");
    fillIn("no such set", "m");

    pressDryRun();

    tab.shows("#dataset_key-problem", "Not in the datasets folder: no such set.");
    assertThat(TestClient.json(server.get("/api/tunix/runs")).get("data")).isEmpty();
    tab.click("#dataset_key-problem button");
    tab.shows("#result .verdict", "failed");
    assertThat(tab.text("#result .message")).contains("Dataset not found: no such set");
  }

  @Test
  void a_dataset_that_is_almost_one_of_the_server_is_offered() {
    openPanel("true");
    assertThat(tab.find("#dataset_key").getDomProperty("value"))
        .as("the only one")
        .isEqualTo(DATASET);
    fillIn("arithmetic", "m");

    pressDryRun();

    tab.shows("#dataset_key-problem", "Not in the datasets folder: arithmetic.");
    assertThat(tab.texts("#dataset_key-problem button"))
        .containsExactly("Use arithmetic-traces", "Run anyway");
    tab.click("#dataset_key-problem button");
    tab.shows("#result .verdict", "completed");
    assertThat(tab.isShown("#dataset_key-problem button")).isFalse();
    tab.driver().navigate().refresh();
    tab.shows("#runtime", "ready");
    assertThat(tab.find("#model_id").getDomProperty("value")).as("the last one").isEqualTo("m");
  }

  @Test
  void long_output_scrolls_in_place() {
    openPanel("seq 1 2000");
    fillIn(DATASET, "m");
    pressRun();
    tab.shows("#result .verdict", "completed");

    tab.click("#result .stream summary");

    WebElement output = tab.find("#result .stream pre");
    assertThat(output.getSize().getHeight()).isLessThan(500);
    assertThat((Long) tab.js("return arguments[0].scrollHeight", output)).isGreaterThan(5_000);
    output.sendKeys(Keys.END);
    eventually(
        () ->
            assertThat((Number) tab.js("return arguments[0].scrollTop", output)).isNotEqualTo(0L));
  }

  @Test
  void one_run_too_many_is_told_to_come_back() {
    expectRefusals();
    serve(WAITING, settings -> settings.maxLocalRuns(1));
    open("/");
    fillIn(DATASET, "m");
    var first = server.sendAsync(server.posting(RealServer.body(false)));
    eventually(() -> assertThat(server.home.activeRuns()).isEqualTo(1));

    pressRun();

    tab.shows("#panel-problem", "The only local slot is busy; try again later (in 5 s)");
    assertThat(canPress("local")).isTrue();
    go();
    first.join();
  }

  @Test
  void a_runtime_that_has_gone_since_is_explained() throws IOException {
    expectRefusals();
    Path program = folder.resolve("trainer");
    Files.writeString(program, "#!/bin/sh\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    serve("true", settings -> settings.command(List.of(program.toString())));
    open("/");
    fillIn(DATASET, "m");
    tab.shows("#runtime", "ready");
    Files.delete(program);

    pressRun();

    tab.shows("#panel-problem", "Local runs are unavailable: ");
  }

  @Test
  void a_server_that_stops_in_the_middle_leaves_the_run_to_itself_and_the_page_says_so() {
    expectRefusals();
    serve(WAITING, settings -> settings.stopTimeout(Duration.ofMillis(1)));
    open("/");
    fillIn(DATASET, "m");
    pressRun();
    eventually(() -> assertThat(server.home.activeRuns()).isEqualTo(1));

    server.close();

    try {
      tab.shows("#panel-problem", "continues and will be recorded");
    } finally {
      go();
      recordTheRunThatOutlived(folder);
    }
  }

  /** Until it has ended it writes into the folder, which the end of the test deletes. */
  private static void recordTheRunThatOutlived(Path folder) {
    DatabaseConfig database = DatabaseConfig.sqlite(folder.resolve("registry.db"));
    try (RealServer next =
        new RealServer(database, folder.resolve("home"), RealServer.running("true"))) {
      eventually(
          () -> {
            next.registry.reconcile();
            assertThat(next.active()).isEmpty();
          });
      assertThat(TestClient.json(next.get("/api/tunix/runs?mode=local")).get("data"))
          .singleElement()
          .satisfies(run -> assertThat(run.get("status").textValue()).isEqualTo("completed"));
    }
  }

  @Test
  void a_server_that_is_killed_in_the_middle_wipes_nothing() throws Exception {
    expectRefusals();
    Process killed = startServer();
    try (BufferedReader out = killed.inputReader()) {
      newTab(Integer.parseInt(out.readLine())).open("/?history=open");
      fillIn(DATASET, "m");
      pressDryRun();
      tab.shows("#result .verdict", "completed");
      tab.click("#refresh");
      tab.shows("#runs", "dry run");
      pressRun();
      tab.shows("#progress", "Running on");
      eventually(() -> assertThat(folder.resolve("begun")).exists());

      killed.destroyForcibly().waitFor();

      tab.shows("#panel-problem", "The server isn’t responding.");
      assertThat(tab.text("#panel-problem")).contains("The run may have started.", "Run History");
      assertThat(tab.isShown("#progress")).isFalse();
      assertThat(canPress("dry-run")).isTrue();
      assertThat(tab.find("#model_id").getDomProperty("value")).isEqualTo("m");
      tab.click("#refresh");
      tab.shows("#history-error", "The server isn’t responding. Showing earlier results.");
      assertThat(tab.all("#runs .run")).hasSize(1);
    } finally {
      killed.destroyForcibly().waitFor();
      Files.writeString(folder.resolve("go"), "");
      recordTheRunThatOutlived(folder.resolve("server"));
      assertThat(folder.resolve("ended")).exists();
    }
  }

  private Process startServer() throws IOException {
    String script =
        "touch '%1$s/begun'; while [ ! -e '%1$s/go' ]; do sleep 0.05; done; touch '%1$s/ended'";
    Path place = Files.createDirectory(folder.resolve("server"));
    RealDatabase.sqlite(place.resolve("registry.db"));
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-Djava.io.tmpdir=" + folder,
            "-cp",
            System.getProperty("java.class.path"),
            KillableServer.class.getName(),
            place.toString(),
            script.formatted(folder))
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
