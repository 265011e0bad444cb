package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.text.LocalTimes;
import dev.runregistry.cli.text.RunTable;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunTableTest {
  private static final String ID = "01a203fe-5559-72be-8a56-4da456ce5019";

  private static RunSummary summary(Run run) {
    RunSummary summary = RunSummary.of(run);
    return new RunSummary(
        RunId.parse(ID),
        summary.datasetKey(),
        summary.modelId(),
        summary.mode(),
        summary.status(),
        summary.exitCode(),
        summary.createdAt(),
        summary.startedAt(),
        summary.duration());
  }

  private static List<String> lines(OptionalInt columns, Run... runs) {
    return new RunTable(ZoneOffset.UTC, false)
        .lines(List.of(runs).stream().map(RunTableTest::summary).toList(), columns);
  }

  @Test
  void a_wide_terminal_shows_everything() {
    assertThat(lines(OptionalInt.empty(), Runs.completed(), Runs.running()))
        .containsExactly(
            "RUN ID                                STATUS     DATASET  STARTED              DURATION"
                + "  EXIT  MODEL               MODE",
            ID
                + "  completed  math-v1  2026-11-22 12:00:00  1.2s      0     google/gemma-2b-it  local",
            ID
                + "  running    math-v1  2026-11-22 12:00:00  -         -     google/gemma-2b-it  local");
  }

  @Test
  void eighty_columns_have_room_for_the_whole_id_status_data_set_and_start() {
    assertThat(lines(OptionalInt.of(80), Runs.completed()))
        .containsExactly(
            "RUN ID                                STATUS     DATASET  STARTED",
            ID + "  completed  math-v1  2026-11-22 12:00:00");
  }

  @ParameterizedTest
  @ValueSource(ints = {20, 36, 40, 60, 79, 80, 81, 100, 120, 121, 200})
  void no_line_is_wider_than_the_terminal(int columns) {
    Run wide =
        Runs.ended(Runs.running(Runs.localRunOf("数据".repeat(30)), Runs.NOON), Runs.exited(3));

    assertThat(lines(OptionalInt.of(columns), wide, Runs.completed()))
        .hasSize(3)
        .allSatisfy(line -> assertThat(TerminalText.width(line)).isLessThanOrEqualTo(columns));
  }

  @Test
  void what_is_too_long_is_cut_with_an_ellipsis() {
    Run wide = Runs.running(Runs.localRunOf("a".repeat(100)), Runs.NOON);

    assertThat(lines(OptionalInt.of(80), wide).get(1)).contains("  " + "a".repeat(11) + "…  2026");
  }

  @Test
  void a_name_cannot_change_the_terminal() {
    assertThat(
            lines(OptionalInt.empty(), Runs.running(Runs.localRunOf("a\u202Eb"), Runs.NOON)).get(1))
        .contains("a\uFFFDb");
  }

  @Test
  void colours_show_the_status_and_nothing_else() {
    List<String> lines =
        new RunTable(ZoneOffset.UTC, true)
            .lines(
                Runs.ofEveryKind().stream().map(RunTableTest::summary).toList(),
                OptionalInt.of(80));

    assertThat(lines)
        .anyMatch(line -> line.contains("  \u001B[32mcompleted\u001B[0m  math"))
        .anyMatch(line -> line.contains("  \u001B[31mfailed   \u001B[0m  math"))
        .anyMatch(line -> line.contains("  \u001B[33mtimeout  \u001B[0m  math"))
        .anyMatch(line -> line.contains("  \u001B[36mrunning  \u001B[0m  math"))
        .anyMatch(line -> line.contains("  \u001B[2mpending  \u001B[0m  math"));
  }

  @Test
  void times_are_those_of_the_clock_on_the_wall() {
    ZoneId kathmandu = ZoneId.of("Asia/Kathmandu");

    assertThat(LocalTimes.of(Runs.NOON, kathmandu)).isEqualTo("2026-11-22 17:45:00");
    assertThat(LocalTimes.withOffset(Runs.NOON, kathmandu)).isEqualTo("2026-11-22 17:45:00 +05:45");
    assertThat(LocalTimes.withOffset(Runs.NOON, ZoneOffset.UTC)).endsWith(" UTC");
  }
}
