package dev.runregistry.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.cli.list.RunTable;
import dev.runregistry.cli.list.ShortIds;
import dev.runregistry.cli.text.LocalTimes;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunTableTest {
  private static final String ID = "01a203fe-5559-72be-8a56-4da456ce5019";
  private static final Instant NOW = Runs.NOON.plusSeconds(7_200);
  private static final Instant LATER = Instant.parse("2027-01-01T00:00:00Z");

  private static RunSummary summary(Run run) {
    RunSummary summary = RunSummary.of(run);
    return new RunSummary(
        RunId.parse(ID),
        summary.datasetKey(),
        summary.modelId(),
        summary.mode(),
        summary.status(),
        summary.executor(),
        summary.command(),
        summary.host(),
        summary.exitCode(),
        summary.reason(),
        summary.message(),
        summary.createdAt(),
        summary.startedAt(),
        summary.duration(),
        summary.name(),
        summary.tags());
  }

  private static List<String> lines(boolean wide, OptionalInt columns, Run... runs) {
    List<RunSummary> rows = List.of(runs).stream().map(RunTableTest::summary).toList();
    ShortIds ids =
        wide ? ShortIds.whole() : ShortIds.of(List.of(RunId.parse(ID)), List.of(), LATER);
    return new RunTable(ZoneOffset.UTC, false, wide, NOW).lines(rows, ids, columns);
  }

  private static List<String> lines(OptionalInt columns, Run... runs) {
    return lines(false, columns, runs);
  }

  private static Run command(String... words) {
    return Runs.running(Runs.commandOf(words), Runs.NOON);
  }

  @Test
  void a_list_says_what_was_run() {
    assertThat(
            lines(
                OptionalInt.of(80),
                command("python3", "train.py", "--lr", "1e-3"),
                Runs.ended(command("sh", "-c", "exit 3"), Runs.exited(3))))
        .containsExactly(
            "RUN ID    STATUS   EXIT  DURATION  STARTED  COMMAND",
            "01a203fe  running  -     -         2h ago   python3 train.py --lr 1e-3",
            "01a203fe  failed   3     1.2s      2h ago   sh -c 'exit 3'");
  }

  @Test
  void data_set_and_model_are_shown_if_a_run_has_them() {
    assertThat(lines(OptionalInt.empty(), Runs.completed(), command("true")))
        .containsExactly(
            "RUN ID    STATUS     EXIT  DURATION  STARTED  DATASET  MODEL               COMMAND",
            "01a203fe  completed  0     1.2s      2h ago   math-v1  google/gemma-2b-it  tunix train"
                + " --config {config}",
            "01a203fe  running    -     -         2h ago                                true");
  }

  @Test
  void lost_not_started_and_cancelled_runs_are_told_apart() {
    List<String> lines =
        lines(OptionalInt.empty(), Runs.ofEveryKind().toArray(Run[]::new)).stream()
            .map(line -> line.substring(10).split(" {2}")[0].strip())
            .distinct()
            .toList();

    assertThat(lines)
        .contains("lost", "not started", "rejected", "cancelled", "failed", "timeout", "pending");
  }

  @Test
  void a_wide_table_has_all_columns_and_shortens_nothing() {
    assertThat(lines(true, OptionalInt.of(40), Runs.completed()))
        .containsExactly(
            "RUN ID                                STATUS     EXIT  DURATION  STARTED"
                + "              DATASET  MODEL               MODE   HOST  COMMAND",
            ID
                + "  completed  0     1.2s      2026-11-22 12:00:00  math-v1  google/gemma-2b-it"
                + "  local  -     tunix train --config {config}");
  }

  @Test
  void a_run_with_a_name_is_listed_by_it() {
    Run named = Runs.running(Runs.described(), Runs.NOON);

    assertThat(lines(OptionalInt.of(96), named, command("true")))
        .containsExactly(
            "RUN ID    STATUS   EXIT  DURATION  STARTED  DATASET  MODEL               NAME OR COMMAND",
            "01a203fe  running  -     -         2h ago   math-v1  google/gemma-2b-it  näme of it",
            "01a203fe  running  -     -         2h ago                                true");
    assertThat(lines(true, OptionalInt.empty(), named).get(0))
        .endsWith(
            "DATASET  MODEL               NAME        TAGS"
                + " ".repeat(38)
                + "MODE   HOST  COMMAND");
    assertThat(lines(true, OptionalInt.empty(), named).get(1))
        .contains("  näme of it  'host.kind=\"a\\b\" ä' project/team= seed=7  local  ")
        .endsWith("tunix train --config {config}");
  }

  @Test
  void a_narrow_terminal_keeps_the_command_and_drops_model_and_data_set_first() {
    assertThat(lines(OptionalInt.of(80), Runs.completed()).get(0))
        .contains("DATASET", "MODEL", "COMMAND");
    assertThat(lines(OptionalInt.of(70), Runs.completed()).get(0))
        .contains("DATASET", "COMMAND")
        .doesNotContain("MODEL");
    assertThat(lines(OptionalInt.of(60), Runs.completed()).get(0))
        .contains("STARTED", "COMMAND")
        .doesNotContain("MODEL", "DATASET");
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
    assertThat(lines(OptionalInt.of(80), command("a".repeat(100))).get(1))
        .endsWith("  " + "a".repeat(35) + "…")
        .hasSize(80);
  }

  @Test
  void a_name_cannot_change_the_terminal() {
    assertThat(
            lines(OptionalInt.empty(), Runs.running(Runs.localRunOf("a\u202Eb"), Runs.NOON)).get(1))
        .contains("a\uFFFDb");
  }

  @Test
  void colours_show_the_status_and_nothing_else() {
    List<RunSummary> rows = Runs.ofEveryKind().stream().map(RunTableTest::summary).toList();
    List<String> lines =
        new RunTable(ZoneOffset.UTC, true, false, NOW)
            .lines(rows, ShortIds.whole(), OptionalInt.of(120));

    assertThat(lines)
        .anyMatch(line -> line.contains("  \u001B[32mcompleted  \u001B[0m  0"))
        .anyMatch(line -> line.contains("  \u001B[31mfailed     \u001B[0m  1"))
        .anyMatch(line -> line.contains("  \u001B[31mlost       \u001B[0m  -"))
        .anyMatch(line -> line.contains("  \u001B[33mtimeout    \u001B[0m  -"))
        .anyMatch(line -> line.contains("  \u001B[36mrunning    \u001B[0m  -"))
        .anyMatch(line -> line.contains("  \u001B[2mpending    \u001B[0m  -"));
  }

  @Test
  void times_are_those_of_the_clock_on_the_wall() {
    ZoneId kathmandu = ZoneId.of("Asia/Kathmandu");

    assertThat(LocalTimes.of(Runs.NOON, kathmandu)).isEqualTo("2026-11-22 17:45:00");
    assertThat(LocalTimes.withOffset(Runs.NOON, kathmandu)).isEqualTo("2026-11-22 17:45:00 +05:45");
    assertThat(LocalTimes.withOffset(Runs.NOON, ZoneOffset.UTC)).endsWith(" UTC");
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-29T14:29:50Z, 10s ago",
    "2026-11-29T14:30:20Z, 0s ago",
    "2026-11-29T14:00:00Z, 30m ago",
    "2026-11-28T14:30:01Z, 23h ago",
    "2026-11-24T08:12:00Z, Tue 09:12",
    "2026-11-03T08:12:00Z, 3 Nov 09:12",
    "2025-11-24T08:12:00Z, 2025-11-24",
    "2026-11-30T14:30:00Z, 2026-11-30"
  })
  void a_start_is_as_short_as_a_reader_of_now_needs_it(Instant at, String text) {
    Instant now = Instant.parse("2026-11-29T14:30:00Z");

    assertThat(LocalTimes.near(at, ZoneId.of("Europe/Berlin"), now)).isEqualTo(text);
  }
}
