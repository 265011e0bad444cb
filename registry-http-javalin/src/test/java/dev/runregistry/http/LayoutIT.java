package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static dev.runregistry.testkit.Runs.NOON;
import static dev.runregistry.testkit.Runs.ended;
import static dev.runregistry.testkit.Runs.exited;
import static dev.runregistry.testkit.Runs.lost;
import static dev.runregistry.testkit.Runs.running;
import static dev.runregistry.testkit.Runs.timedOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome.DryRunPassed;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.TrainingConfig;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The history at the widths of tablets, half windows, zoomed pages and printed ones. */
class LayoutIT extends BrowserTest {
  private static final String MODEL =
      "example-organization/a-model-with-a-name-of-80-characters-".concat("x".repeat(22));
  private static final String HEIGHTS =
      "return [...document.querySelectorAll('#runs .run')]"
          + ".map(row => Math.round(row.getBoundingClientRect().height))";
  private static final String WIDTHS =
      "return [...document.querySelectorAll('#runs .run ' + arguments[0])]"
          + ".map(cell => Math.round(cell.getBoundingClientRect().width))";
  private static final String CUT_OFF =
      "return [...document.querySelectorAll('#runs .run :is(.c-status, .c-host, .c-started,"
          + " .c-duration)')].filter(cell => cell.scrollWidth > cell.clientWidth + 1)"
          + ".map(cell => cell.textContent)";

  private static RunSpec spec(RunMode mode, int number) {
    return new RunSpec(
        new DatasetKey("arithmetic-traces-" + number),
        MODEL,
        mode,
        "./output",
        TrainingConfig.DEFAULT,
        mode == RunMode.LOCAL ? List.of("true") : List.of(),
        null);
  }

  private void openHistoryOfEveryLength() {
    serve("true");
    server
        .runs()
        .save(
            ended(
                running(spec(RunMode.DRY_RUN, 1), NOON.plusSeconds(1)), new DryRunPassed("fine")));
    server.runs().save(ended(running(spec(RunMode.LOCAL, 2), NOON.plusSeconds(2)), exited(1)));
    server.runs().save(ended(running(spec(RunMode.LOCAL, 3), NOON.plusSeconds(3)), timedOut()));
    server.runs().save(ended(running(spec(RunMode.LOCAL, 4), NOON.plusSeconds(4)), lost()));
    server.runs().save(running(spec(RunMode.LOCAL, 5), NOON.plusSeconds(5)));
    openHistory("");
  }

  private List<Long> measured(String script, Object... arguments) {
    return ((List<?>) tab.js(script, arguments))
        .stream().map(number -> ((Number) number).longValue()).toList();
  }

  @Test
  void no_row_is_tall_and_no_cell_is_narrow() {
    openHistoryOfEveryLength();

    for (int width : List.of(705, 720, 768, 820, 900, 960, 961, 1024)) {
      tab.width(width);

      String at = "at a width of " + width;
      eventually(() -> assertThat(tab.overflow()).as(at).isZero());
      assertThat(measured(HEIGHTS)).as(at).hasSize(5).allMatch(height -> height <= 90);
      assertThat(measured(WIDTHS, "td")).as(at).hasSize(25).allMatch(pixels -> pixels >= 8 * 16);
      assertThat(measured(WIDTHS, ".c-run")).as(at).allMatch(pixels -> pixels >= 14 * 16);
      assertThat((List<?>) tab.js(CUT_OFF)).as(at).isEmpty();
      tab.picture("layout-" + width);
    }
  }

  @Test
  void a_long_name_is_one_line_with_all_of_it_as_its_title() {
    openHistoryOfEveryLength();
    assertThat(MODEL).hasSize(80);

    for (int width : List.of(820, 1280)) {
      tab.width(width);

      String at = "at a width of " + width;
      eventually(() -> assertThat(tab.overflow()).as(at).isZero());
      assertThat(measured(HEIGHTS)).as(at).allMatch(height -> height <= 90);
      assertThat(tab.find("#runs .model").getDomAttribute("title")).as(at).isEqualTo(MODEL);
      assertThat(tab.find("#runs .dataset").getDomAttribute("title"))
          .as(at)
          .isEqualTo("arithmetic-traces-5");
      assertThat(tab.find("#runs .labels").getCssValue("text-overflow"))
          .as(at)
          .isEqualTo("ellipsis");
    }
  }

  /** Pico's icons were data: URIs, which the policy of the page blocks. */
  @Test
  void before_its_own_styles_had_arrived_the_page_requested_an_icon_that_is_blocked() {
    serve("true");
    newTab();
    tab.command("Network.enable", Map.of());
    tab.command("Network.setBlockedURLs", Map.of("urls", List.of("*page.css*")));

    tab.open("/");

    assertThat(tab.js("return getComputedStyle(document.body).getPropertyValue('--completed')"))
        .as("a variable of its own styles")
        .isEqualTo("");
    assertThat(tab.complaints()).isEmpty();
  }
}
