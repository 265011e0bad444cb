package dev.runregistry.http;

import static dev.runregistry.http.Tab.eventually;
import static dev.runregistry.testkit.Runs.dryRunOf;
import static dev.runregistry.testkit.Runs.exited;
import static dev.runregistry.testkit.Runs.localRunOf;
import static dev.runregistry.testkit.Runs.running;
import static dev.runregistry.testkit.Runs.timedOut;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.DryRunPassed;
import dev.runregistry.run.RunSpec;
import dev.runregistry.testkit.Runs;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ten days of work as people see it. The pictures of the README are from here. */
class PicturesIT extends BrowserTest {
  private static final List<String> DATASETS =
      List.of("arithmetic-traces", "proofs-v2", "arithmetic-traces", "word-problems");

  private static final Instant NOW = Instant.now().truncatedTo(ChronoUnit.MICROS);

  @BeforeEach
  void work() {
    serve("for i in 1 2 3; do echo \"epoch $i/3    loss 0.$((9 - 2 * i))81\"; sleep 0.4; done");
    for (int i = 0; i < 30; i++) {
      server.runs().save(run(i));
    }
  }

  /** Now and then a dry-run, a failure, a timeout; a local run takes seconds to an hour. */
  private static Run run(int i) {
    String dataset = DATASETS.get(i % DATASETS.size());
    boolean isCommand = i % 4 == 2 && i % 3 != 0;
    RunSpec spec =
        isCommand
            ? Runs.commandOf("torchrun", "train.py", "--lr", "1e-" + (2 + i % 3), "--seed", "" + i)
            : i % 3 == 0 ? dryRunOf(dataset) : localRunOf(dataset);
    Instant start = NOW.minus(Duration.ofMinutes(437L * (30 - i)));
    boolean dry = spec.mode() == RunMode.DRY_RUN;
    long millis = dry ? 9 + i : i % 11 == 7 ? 30_212 : 2_000L + 977L * i * i * (i % 5 + 1);
    RunOutcome ending =
        dry ? new DryRunPassed("fine") : i % 11 == 7 ? timedOut() : exited(i % 7 == 4 ? 1 : 0);
    Run begun = running(spec, start);
    return (isCommand ? begun.withProvenance(Runs.provenance()) : begun)
        .finish(ending, start.plusMillis(millis));
  }

  @Test
  void days_of_work_are_seen_at_a_glance() {
    openHistory("");
    fillIn("arithmetic-traces", "google/gemma-2b-it");
    pressRun();
    tab.shows("#result .facts", "Time limit");
    tab.click("#refresh");
    eventually(
        () -> assertThat(tab.find("#refresh").getDomAttribute("class")).doesNotContain("new"));
    tab.js("document.activeElement.blur()");
    eventually(() -> assertThat(tab.js("return document.getAnimations().length")).isEqualTo(0L));

    assertThat(tab.all("#histogram .bar")).hasSizeGreaterThan(3);
    assertThat(tab.all("#histogram .label")).hasSizeGreaterThan(2);
    tab.size(Tab.WIDE, 960);
    tab.js("document.querySelector('#history').scrollIntoView()");
    tab.view("page-light");

    tab.dark(true);
    tab.click("#runs .run:nth-child(2) .toggle");
    tab.shows("#runs .facts", "Time limit");
    tab.js("document.activeElement.blur(); document.querySelector('#list-head').scrollIntoView()");
    eventually(() -> assertThat(tab.js("return document.getAnimations().length")).isEqualTo(0L));
    tab.view("page-dark");
    tab.dark(false);
    tab.width(Tab.PHONE);
    tab.click("#runs .run:nth-child(2) .toggle");
    tab.js("document.activeElement.blur(); document.querySelector('#histogram').scrollIntoView()");
    eventually(() -> assertThat(tab.js("return document.getAnimations().length")).isEqualTo(0L));
    tab.view("page-phone");
    assertThat(tab.overflow()).isZero();
  }
}
