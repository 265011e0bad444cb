package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static dev.runregistry.testkit.Runs.NOON;
import static dev.runregistry.testkit.Runs.ended;
import static dev.runregistry.testkit.Runs.running;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import dev.runregistry.testkit.Runs;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.interactions.Actions;

/** Rows that open in place. */
class RowsIT extends BrowserTest {
  private static final String LONG = "seq 1 5000; echo warned >&2; exit 4";

  private void openOneRun(String script) {
    serve(script);
    server.post(RealServer.body(false));
    openHistory("");
  }

  @Test
  void a_row_opens_with_all_there_is_to_say_and_closes() {
    openOneRun(LONG);

    tab.click("#runs .c-run");

    tab.shows("#runs .facts", "Time limit");
    String id = tab.text("#runs .id code");
    assertThat(id).hasSize(36);
    assertThat(tab.text("#runs .opened .message")).isEqualTo("Failed with exit code 4");
    assertThat(tab.text("#runs .facts"))
        .contains(
            "Exit code\n4",
            "Dataset\narithmetic-traces",
            "Model\nm",
            "Output folder\n./output/tunix_run_" + id,
            "Learning rate\n2e-5",
            "Weight decay\n0.01",
            "Epochs\n3",
            "Batch size\n8",
            "Sequence length\n2048",
            "Device\nauto",
            "Time limit\n30 s")
        .containsPattern("Started\\n\\d+ \\w+ \\d+, [\\d:]+\\nCompleted")
        .containsPattern("Completed\n\\d+ \\w+ \\d+, [\\d:]+\n");
    assertThat(tab.text("#runs .stream:first-child pre")).startsWith("1\n2\n3\n");
    tab.shows("#runs .stream:first-child .cut", "13\u202f653 more bytes: Full log");
    assertThat(tab.text("#runs .stream:last-child pre")).isEqualTo("warned");
    tab.click("#runs .toggle");
    assertThat(tab.all("#runs .opened")).isEmpty();
  }

  @Test
  void the_keyboard_opens_and_closes_a_row() {
    openOneRun("echo done");
    tab.js("document.querySelector('#runs .toggle').focus()");

    tab.press(Keys.ENTER);

    tab.shows("#runs .opened", "done");
    assertThat(tab.find("#runs .toggle").getDomAttribute("aria-expanded")).isEqualTo("true");
    assertThat(tab.find("#runs .opened").getDomAttribute("id"))
        .isEqualTo(tab.find("#runs .toggle").getDomAttribute("aria-controls"));
    tab.press(Keys.TAB);
    assertThat(tab.driver().switchTo().activeElement().getAccessibleName()).isEqualTo("Command");
    tab.press(Keys.chord(Keys.SHIFT, Keys.TAB));
    tab.press(Keys.SPACE);
    assertThat(tab.all("#runs .opened")).isEmpty();
  }

  @Test
  void the_id_and_the_output_can_be_copied() {
    openOneRun("printf 'a\\033[31mred\\n'");
    tab.command(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    tab.click("#runs .toggle");
    tab.shows("#runs .opened", "red");

    tab.click("#runs .id .copy");
    tab.shows("#runs .id .copy", "Copied");
    assertThat(clipboard()).isEqualTo(tab.text("#runs .id code"));
    tab.shows("#announcer", "Copied");
    tab.click("#runs .stream .copy");
    tab.shows("#runs .stream .copy", "Copied");
    assertThat(clipboard()).as("as it was printed").isEqualTo("a\u001b[31mred\n");
  }

  private Object clipboard() {
    return tab.driver()
        .executeAsyncScript(
            "const done = arguments[0]; navigator.clipboard.readText().then(done, done)");
  }

  @Test
  void where_the_browser_keeps_the_clipboard_to_itself_copying_works_all_the_same() {
    serve("echo done");
    server.post(RealServer.body(false));
    newTab()
        .command(
            "Page.addScriptToEvaluateOnNewDocument",
            Map.of(
                "source",
                "Object.defineProperty(navigator, 'clipboard', {value: undefined});"
                    + "document.addEventListener('copy',"
                    + " () => { window.copied = getSelection().toString()"
                    + " || document.activeElement.value; });"));
    tab.open("/?history=open");
    eventually(() -> assertThat(tab.all("#runs .toggle")).hasSize(1));
    tab.click("#runs .toggle");
    tab.shows("#runs .opened", "done");

    tab.click("#runs .id .copy");

    tab.shows("#runs .id .copy", "Copied");
    assertThat(tab.js("return window.copied")).isEqualTo(tab.text("#runs .id code"));
  }

  @Test
  void the_full_log_opens_in_a_tab_of_its_own() {
    openOneRun(LONG);
    tab.click("#runs .toggle");
    tab.shows("#runs .opened", "more bytes");
    Set<String> before = tab.driver().getWindowHandles();

    tab.click("#runs .stream .full");

    eventually(() -> assertThat(tab.driver().getWindowHandles()).hasSize(before.size() + 1));
    String opened =
        tab.driver().getWindowHandles().stream()
            .filter(window -> !before.contains(window))
            .findFirst()
            .orElseThrow();
    tab.driver().switchTo().window(opened);
    eventually(() -> assertThat(tab.text("body")).endsWith("4999\n5000"));
    tab.driver().close();
    tab.toFront();
  }

  @Test
  void a_log_that_this_host_does_not_have_is_explained_in_place() {
    expectRefusals();
    serve("true");
    server.runs().save(Runs.completed());
    openHistory("");
    tab.click("#runs .toggle");
    tab.shows("#runs .opened", "loss 0.25");

    tab.click("#runs .stream .full");

    tab.shows("#runs .stream .problem", "This host has no output of run");
  }

  @Test
  void a_run_that_goes_on_has_its_log_and_its_row_stays_open_when_it_has_ended() {
    serve(WAITING);
    var answer = server.sendAsync(server.posting(RealServer.body(false)));
    awaitRecordOfARunningRun();
    openHistory("");
    tab.shows("#runs .c-status", "running");
    tab.click("#runs .toggle");
    tab.shows("#runs .facts", "Completed\n–");
    assertThat(tab.text("#runs .stream summary")).contains("available when the run finishes");

    go();
    answer.join();
    tab.click("#refresh");

    tab.shows("#runs .c-status", "completed");
    tab.shows("#runs .opened", "begun\nended");
    assertThat(tab.all("#runs .opened")).hasSize(1);
  }

  @Test
  void an_opened_run_that_goes_on_is_refreshed_by_itself_when_asked_to() {
    serve(WAITING);
    var answer = server.sendAsync(server.posting(RealServer.body(false)));
    awaitRecordOfARunningRun();
    openHistory("");
    tab.click("#runs .toggle");
    tab.shows("#runs .refresh", "Refresh this run");

    tab.click("#runs .refresh button");
    tab.shows("#announcer", "The run is running");
    assertThat(tab.text("#runs .c-status")).isEqualTo("running");
    assertThat(tab.driver().switchTo().activeElement().getText()).isEqualTo("Refresh this run");

    go();
    answer.join();
    tab.press(Keys.ENTER);
    tab.shows("#runs .c-status", "completed");
    tab.shows("#runs .opened", "begun\nended");
    assertThat(tab.isShown("#runs .refresh")).isFalse();
    tab.shows("#announcer", "The run is completed");
    assertThat(tab.driver().switchTo().activeElement().getDomAttribute("aria-controls"))
        .startsWith("detail-");
  }

  @Test
  void a_refresh_without_an_answer_keeps_what_is_shown_and_says_so() {
    expectRefusals();
    serve("true");
    server.runs().save(running(Runs.localRunOf("x"), NOON));
    openHistory("");
    tab.click("#runs .toggle");
    tab.shows("#runs .facts", "Time limit");
    server.close();

    tab.click("#runs .refresh button");

    tab.shows("#runs .refresh .problem", "The server isn’t responding.");
    assertThat(tab.text("#runs .facts")).contains("Dataset\nx");
    assertThat(tab.text("#runs .c-status")).isEqualTo("running");
  }

  @Test
  void a_run_that_ended_since_the_list_was_loaded_is_shown_as_ended_when_it_is_opened() {
    serve(WAITING);
    var answer = server.sendAsync(server.posting(RealServer.body(false)));
    awaitRecordOfARunningRun();
    openHistory("");
    tab.shows("#runs .c-status", "running");
    go();
    answer.join();

    tab.click("#runs .toggle");

    tab.shows("#runs .opened", "begun\nended");
    assertThat(tab.text("#runs .c-status")).isEqualTo("completed");
  }

  @Test
  void a_command_of_the_users_own_has_no_training_and_no_output_folder() {
    serve("true");
    server.runs().save(ended(running(Runs.commandOf("x.py", "--lr", "1"), NOON), Runs.exited(0)));
    openHistory("");

    tab.click("#runs .toggle");

    tab.shows("#runs .facts", "Time limit");
    assertThat(tab.text("#runs .facts"))
        .doesNotContain(
            "Learning rate", "Weight decay", "Epochs", "Device", "Output folder", "null")
        .doesNotContain("Dataset", "Model");
  }

  @Test
  void a_row_says_what_was_run_and_its_detail_where_and_from_which_commit() {
    serve("true");
    Run run =
        running(Runs.commandOf("x.py", "--note", "it's"), NOON)
            .withProvenance(Runs.provenance().withGit(Runs.COMMIT, true));
    server.runs().save(ended(run, Runs.exited(3)));
    newTab()
        .command(
            "Browser.grantPermissions",
            Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    tab.open("/?history=open");
    eventually(() -> assertThat(tab.all("#runs .toggle")).hasSize(1));

    assertThat(tab.text("#runs .name")).isEqualTo("x.py --note 'it'\\''s'");
    assertThat(tab.text("#runs .c-host")).isEqualTo("node7");
    assertThat(tab.text("#runs .why")).isEqualTo("exit 3");
    assertThat(tab.find("#runs .toggle").getAccessibleName())
        .matches("failed, x.py --note 'it'\\\\''s', 22 Nov( 2026)?, 21:00(:00)?, details");
    tab.click("#runs .toggle");
    tab.shows("#runs .facts", "Commit");
    assertThat(tab.text("#runs .facts"))
        .contains("Host\nnode7", "User\nann", "Working folder\n/home/ann/päper")
        .contains("Commit\n" + Runs.COMMIT.substring(0, 12) + "\nwith uncommitted changes");
    tab.click("#runs .command-line button:last-of-type");
    tab.shows("#announcer", "Copied");
    assertThat(clipboard()).isEqualTo("registry run -- x.py --note 'it'\\''s'");
  }

  @Test
  void a_double_click_selects_a_word_and_leaves_the_row_open() {
    openOneRun("echo done");

    new Actions(tab.driver()).doubleClick(tab.find("#runs .labels .model")).perform();

    tab.shows("#runs .opened", "done");
    assertThat(tab.js("return getSelection().toString().trim()")).isEqualTo("m");
    assertThat(tab.all("#runs .opened")).hasSize(1);
  }

  @Test
  void the_rows_are_one_tab_stop_and_the_arrow_keys_go_from_row_to_row() {
    serve("true");
    for (int i = 0; i < 3; i++) {
      server
          .runs()
          .save(ended(running(Runs.commandOf("x" + i), NOON.plusSeconds(i)), Runs.exited(0)));
    }
    openHistory("");
    tab.js("document.querySelector('#runs .toggle').focus()");

    tab.press(Keys.ARROW_DOWN);
    assertThat(tab.driver().switchTo().activeElement().getAccessibleName()).contains("x1");
    tab.press(Keys.END);
    assertThat(tab.driver().switchTo().activeElement().getAccessibleName()).contains("x0");
    tab.press(Keys.ENTER);
    eventually(() -> assertThat(tab.all("#runs .opened")).hasSize(1));
    assertThat(tab.all("#runs .run [tabindex='0']")).hasSize(2);
  }

  @Test
  void a_detail_that_cannot_be_loaded_can_be_tried_again() {
    expectRefusals();
    openOneRun("echo done");
    int port = server.port();
    server.close();
    tab.click("#runs .toggle");
    tab.shows("#runs .opened [role=alert]", "The server isn’t responding.");

    serve("echo done", settings -> settings.port(port));
    tab.click("#runs .opened [role=alert] button");

    tab.shows("#runs .opened .stream pre", "done");
  }

  @Test
  void hostile_output_is_text_wherever_it_is_shown() {
    String script = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>";
    String hostile = script + "\n" + "x".repeat(10_000) + "\n😀🏳️‍🌈\n\u001b[31mred\r\u0007";
    serve("true");
    RunSpec spec =
        new RunSpec(
            new DatasetKey("<img src=x onerror='hacked=1'>" + "k".repeat(150)),
            script + "m".repeat(150),
            RunMode.LOCAL,
            script + "o".repeat(300),
            TrainingConfig.DEFAULT,
            List.of("true"),
            null);
    Exited outcome = new Exited(1, Runs.output(hostile, hostile), script + "w".repeat(500));
    server.runs().save(ended(running(spec, NOON), outcome));
    openHistory("");

    tab.click("#runs .toggle");

    tab.shows("#runs .facts", "Time limit");
    assertThat(tab.find("#runs .stream pre").getDomProperty("textContent"))
        .isEqualTo(hostile.replace("\u001b[31mred\r\u0007", "red"));
    tab.click("#runs .raw");
    assertThat(tab.find("#runs .stream pre").getDomProperty("textContent"))
        .isEqualTo(hostile.replace('\u001b', '␛').replace('\r', '␍').replace('\u0007', '␇'));
    assertThat(tab.text("#runs .name")).startsWith("true");
    assertThat(tab.text("#runs .labels")).startsWith("<img src=x onerror=");
    assertThat(tab.text("#runs .opened .message")).contains("<script>window.hacked = 1</script>");
    assertThat(tab.js("return window.hacked")).isNull();
    assertThat(tab.all("#runs script, #runs img, #histogram script")).isEmpty();
    for (int width : List.of(Tab.WIDE, Tab.PHONE)) {
      tab.width(width);
      eventually(() -> assertThat(tab.overflow()).isZero());
      tab.picture("hostile-" + width);
    }
  }

  @Test
  void hostile_output_of_a_real_run_is_text_in_the_panel() {
    serve(
        "printf '<script>window.hacked = 1</script>\\n\\033[31mred\\n😀\\n';"
            + " head -c 10000 /dev/zero | tr '\\0' x");
    open("/");
    fillIn("arithmetic-traces", "<b>m</b>");
    pressRun();
    tab.shows("#result .verdict", "completed");

    tab.click("#result .stream summary");

    assertThat(tab.text("#result .stream pre"))
        .startsWith("<script>window.hacked = 1</script>\nred\n😀\nxxx");
    assertThat(tab.js("return window.hacked")).isNull();
    assertThat(tab.all("#result script, #result b")).isEmpty();
    assertThat(tab.overflow()).isZero();
  }
}
