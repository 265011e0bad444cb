package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static dev.runregistry.testkit.Runs.NOON;
import static dev.runregistry.testkit.Runs.ended;
import static dev.runregistry.testkit.Runs.localRunOf;
import static dev.runregistry.testkit.Runs.running;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.RunOutcome.Exited;
import dev.runregistry.testkit.Runs;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.WebElement;

/** What a run printed, read to find out why it failed. */
class OutputIT extends BrowserTest {
  private static final String WHY = "RuntimeError: CUDA out of memory.";
  private static final String STDERR = "#result .stream:last-child ";

  /** 14 KB on stderr, a traceback at last. */
  private static final String TRACEBACK =
      "for i in $(seq 1 320); do echo \"step $i: a warning, and some more of it, $i\"; done >&2;"
          + " printf 'Traceback (most recent call last):\\n  File \"train.py\"\\n"
          + WHY
          + "\\n' >&2; exit 1";

  private void run(String script) {
    serve(script);
    open("/");
    fillIn("arithmetic-traces", "m");
    pressRun();
    tab.shows("#result .verdict", "exit code");
  }

  /** Whether the last line of this output is in that part of it that is not scrolled away. */
  private void showsItsEnd(String css, String end) {
    eventually(
        () -> {
          WebElement output = tab.find(css);
          assertThat(output.isDisplayed()).isTrue();
          assertThat(output.getText()).endsWith(end);
          assertThat(
                  (Boolean)
                      tab.js(
                          "const e = arguments[0];"
                              + " return e.scrollTop + e.clientHeight >= e.scrollHeight - 1",
                          output))
              .isTrue();
        });
  }

  @Test
  void the_reason_at_the_end_of_a_long_stderr_is_seen_without_a_click() {
    run(TRACEBACK);

    showsItsEnd(STDERR + ".tail", WHY);
    assertThat(tab.text(STDERR + ".tail-title"))
        .isEqualTo("Last 50 lines, from this host’s log file");
    assertThat(tab.text(STDERR + ".cut")).matches("[34]\u202f\\d{3} more bytes: Full log");
    assertThat(tab.text(STDERR + ".head")).startsWith("step 1: ").doesNotContain("truncated");
    assertThat(tab.text(STDERR + "summary")).matches("stderr\\s+first 2\\d\\d of 323 lines");
    tab.picture("output-cut");
    assertThat(tab.accessibilityProblems()).isEmpty();
  }

  @Test
  void the_reason_is_seen_in_a_row_of_the_history_as_well() {
    serve(TRACEBACK);
    server.post(RealServer.body(false));
    openHistory("");

    tab.click("#runs .toggle");

    showsItsEnd("#runs .stream:last-child .tail", WHY);
  }

  @Test
  void the_reason_in_a_stderr_that_was_not_cut_is_seen_without_a_click() {
    run("seq 1 500 >&2; echo '" + WHY + "' >&2; exit 1");

    showsItsEnd(STDERR + ".head", "500\n" + WHY);
    assertThat(tab.isShown(STDERR + ".rest")).isFalse();
    assertThat(tab.isShown(STDERR + ".raw")).isFalse();
  }

  @Test
  void a_progress_bar_is_folded_to_its_last_state() {
    run(
        "for i in $(seq 1 100); do printf '\\rEpoch 1: %s%%|###' $i; done >&2;"
            + " printf '\\n\\033[31m"
            + WHY
            + "\\033[0m\\n' >&2; exit 1");

    showsItsEnd(STDERR + ".head", WHY);
    assertThat(tab.text(STDERR + ".head")).isEqualTo("Epoch 1: 100%|###\n" + WHY);
    tab.click(STDERR + ".raw");
    assertThat(tab.text(STDERR + ".head"))
        .startsWith("␍Epoch 1: 1%|###␍Epoch 1: 2%|###")
        .endsWith("␛[31m" + WHY + "␛[0m");
    assertThat(tab.find(STDERR + ".raw").getDomAttribute("aria-pressed")).isEqualTo("true");
    tab.picture("output-raw");
    assertThat(tab.accessibilityProblems()).isEmpty();
    tab.click(STDERR + ".raw");
    assertThat(tab.text(STDERR + ".head")).isEqualTo("Epoch 1: 100%|###\n" + WHY);
  }

  @Test
  void what_is_copied_is_what_was_printed() {
    run("printf '1%%\\r2%%\\n\\033[31mred\\n' >&2; exit 1");
    tab.command(
        "Browser.grantPermissions",
        Map.of("permissions", List.of("clipboardReadWrite", "clipboardSanitizedWrite")));
    assertThat(tab.text(STDERR + ".head")).isEqualTo("2%\nred");

    tab.click(STDERR + ".copy");

    tab.shows(STDERR + ".copy", "Copied");
    assertThat(
            tab.driver()
                .executeAsyncScript(
                    "const done = arguments[0]; navigator.clipboard.readText().then(done, done)"))
        .isEqualTo("1%\r2%\n\u001b[31mred\n");
  }

  @Test
  void the_reason_after_megabytes_of_a_progress_bar_is_seen_without_a_click() {
    run(
        "yes '|##########' | head -n 40000 | tr '\\n' '\\r' >&2;"
            + " printf 'Epoch 9: 99%%\\n"
            + WHY
            + "\\n' >&2; exit 1");

    showsItsEnd(STDERR + ".tail", "Epoch 9: 99%\n" + WHY);
    assertThat(tab.text(STDERR + ".tail-title")).isEqualTo("End, from this host’s log file");
    assertThat(tab.text(STDERR + ".head")).startsWith("|#");
    assertThat(tab.text(STDERR + "summary")).contains("first 1 of 2 lines");
  }

  @Test
  void a_cut_stream_says_how_many_lines_there_were() {
    run("seq 1 60001");
    assertThat(tab.text("#result .stream summary"))
        .contains("lines, 10\u202f240 of 348\u202f900 b");

    tab.click("#result .stream summary");

    tab.shows("#result .stream summary", "of 60\u202f001 lines");
    showsItsEnd("#result .stream .tail", "60000\n60001");
    assertThat(tab.text("#result .stream .head")).startsWith("1\n2\n3\n");
  }

  @Test
  void the_rest_that_another_host_has_is_said_not_to_be_here() {
    expectRefusals();
    serve("true");
    Exited outcome = new Exited(1, Runs.output("", "x\n".repeat(6_000)), "Failed");
    server.runs().save(ended(running(localRunOf("x"), NOON), outcome));
    openHistory("");

    tab.click("#runs .toggle");

    tab.shows("#runs .stream:last-child .tail-title", "This host doesn’t have the log file.");
    assertThat(tab.text("#runs .stream:last-child .cut")).startsWith("1\u202f760 more bytes: ");
    assertThat(tab.isShown("#runs .stream .tail")).isFalse();
    tab.click("#runs .stream:last-child .cut button");
    tab.shows("#runs .stream:last-child .cut .problem", "This host has no output of run");
  }
}
