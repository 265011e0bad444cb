package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.testkit.Runs;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/** The page for everybody: light and dark, narrow and wide, by keyboard and by ear. */
class AccessibilityIT extends BrowserTest {
  private void openEverything() {
    serve("seq 1 500; echo warned >&2; exit 3");
    Runs.ofEveryKind().forEach(server.runs()::save);
    openHistory("");
    fillIn("arithmetic-traces", "google/gemma-2b-it");
    tab.click("#parameters summary");
    pressRun();
    tab.shows("#result .facts", "Time limit");
    tab.click("#result .stream summary");
    tab.click("#runs .toggle");
    tab.shows("#runs .facts", "Time limit");
  }

  @Test
  void axe_finds_nothing_wrong_with_a_page_full_of_everything() {
    openEverything();
    for (int width : List.of(Tab.WIDE, Tab.PHONE)) {
      for (boolean dark : List.of(false, true)) {
        String look = (dark ? "dark-" : "light-") + width;
        tab.dark(dark);
        tab.width(width);
        awaitStill();
        tab.picture("everything-" + look);

        assertThat(tab.accessibilityProblems()).as(look).isEmpty();
        assertThat(tab.overflow()).as(look).isZero();
      }
    }
  }

  private void awaitStill() {
    eventually(() -> assertThat(tab.js("return document.getAnimations().length")).isEqualTo(0L));
  }

  @Test
  void axe_finds_nothing_wrong_with_a_search_and_a_comparison() {
    serve("true");
    Runs.ofEveryKind().forEach(server.runs()::save);
    openHistory("&q=gemma");
    tab.click("#more-filters summary");
    List<WebElement> ticks = tab.all("#runs .tick");
    ticks.get(0).click();
    ticks.get(3).click();
    tab.click("#compare-selected");
    tab.shows("#comparison", "differ");
    tab.all("#runs .tick").get(1).click();
    tab.shows("#selection", "Select one more run to compare.");
    for (int width : List.of(Tab.WIDE, Tab.PHONE)) {
      tab.width(width);
      axeFindsNothingWrong("compare-" + width);
      assertThat(tab.overflow()).as("at a width of %s", width).isZero();
    }
  }

  @Test
  void axe_finds_nothing_wrong_with_refusals_and_errors() {
    expectRefusals();
    serve("true");
    open("/?history=open");
    tab.shows("#history-empty", "No runs yet.");
    axeFindsNothingWrong("empty");
    tab.click("#parameters summary");
    tab.fill("#num_epochs", "0");
    pressDryRun();
    tab.shows("#num_epochs-problem", "Enter a whole number from 1 to 100.");
    server.close();
    tab.click("#refresh");
    tab.shows("#history-error", "Couldn’t load runs");

    axeFindsNothingWrong("errors");
  }

  private void axeFindsNothingWrong(String page) {
    for (String look : List.of("dark", "light")) {
      tab.dark(look.equals("dark"));
      awaitStill();
      tab.picture(page + "-" + look);
      assertThat(tab.accessibilityProblems()).as(look).isEmpty();
    }
  }

  @Test
  void the_page_never_scrolls_sideways() {
    openEverything();

    for (int width : List.of(320, 390, 600, 768, 1024, 1280, 2560)) {
      tab.width(width);

      eventually(() -> assertThat(tab.overflow()).as("at a width of %s", width).isZero());
      tab.picture("width-" + width);
    }
  }

  @Test
  void everything_is_reached_by_keyboard_and_the_focus_is_seen() {
    openEverything();
    tab.click("header h1"); // the keyboard goes on from here
    Set<String> reached = new LinkedHashSet<>();
    for (int i = 0; i < 90; i++) {
      tab.press(Keys.TAB);
      String name = (String) tab.js(NAME);
      reached.add(name);
      assertThat((Boolean) tab.js(FOCUS_IS_SEEN)).as("the focus on %s is seen", name).isTrue();
    }

    assertThat(reached)
        .containsSubsequence(
            "runtime-again",
            "docs",
            "dataset_key",
            "model_id",
            "output_dir",
            "Hyperparameters",
            "learning_rate",
            "num_epochs",
            "batch_size",
            "max_seq_length",
            "Dry run",
            "Run",
            "Run in background",
            "Copy the run ID",
            "Open the run",
            "stdout",
            "Copy stdout",
            "Full log of stdout",
            "stdout of the run",
            "Run History",
            "filter-q",
            "filter-status",
            "filter-sort",
            "refresh",
            "filter-since",
            "filter-until",
            "Today",
            "30 days",
            "More filters");
  }

  private static final String NAME =
      "const e = document.activeElement; return e.getAttribute('aria-label') || e.id"
          + " || e.getAttribute('href') || e.firstChild?.textContent.trim() || e.tagName";
  private static final String FOCUS_IS_SEEN =
      "const e = document.activeElement, s = getComputedStyle(e);"
          + "return e === document.body || (s.outlineStyle !== 'none' && s.outlineWidth !== '0px')"
          + " || s.boxShadow !== 'none'";

  @Test
  void who_wants_no_motion_gets_none() {
    serve(WAITING);
    open("/");
    tab.media("prefers-reduced-motion", "reduce");
    fillIn("arithmetic-traces", "m");
    pressRun();
    tab.shows("#progress", "Running on");

    assertThat(tab.find(".spinner").getCssValue("animation-name")).isEqualTo("none");
    assertThat(tab.find("#refresh").getCssValue("transition-duration")).isEqualTo("0s");
    tab.media("prefers-reduced-motion", "no-preference");
    assertThat(tab.find(".spinner").getCssValue("animation-name")).isEqualTo("turn");
    tab.picture("running");
    assertThat(tab.accessibilityProblems()).isEmpty();
    go();
    tab.shows("#result .verdict", "completed");
  }

  @Test
  void results_are_announced() {
    openEverything();

    assertThat(List.of("status", "alert"))
        .contains(
            tab.find("#announcer").getDomAttribute("role"),
            tab.find("#panel-problem").getDomAttribute("role"),
            tab.find("#history-error").getDomAttribute("role"));
    tab.click("#refresh");
    eventually(() -> assertThat(tab.text("#announcer")).startsWith("Runs 1–20 of "));
  }
}
