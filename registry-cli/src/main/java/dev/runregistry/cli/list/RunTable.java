package dev.runregistry.cli.list;

import dev.runregistry.cli.text.CommandLineFormat;
import dev.runregistry.cli.text.Durations;
import dev.runregistry.cli.text.LocalTimes;
import dev.runregistry.cli.text.TagText;
import dev.runregistry.cli.text.TerminalText;
import dev.runregistry.cli.text.TextTable;
import dev.runregistry.cli.text.TextTable.Column;
import dev.runregistry.cli.text.TextTable.Paint;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.query.RunSummary;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Runs as a table: short ids, and the name or the command last, where it has the room that is left.
 */
public final class RunTable {
  private static final int LEAST_TEXT = 8;
  private static final int MOST_LABEL = 24;
  private static final String NO_LABEL = "none";

  private final ZoneId zone;
  private final boolean coloured;
  private final boolean wide;
  private final Instant now;

  /**
   * Creates a table.
   *
   * @param wide whether it has all columns, and nothing is shortened
   * @param now to which starts are relative
   */
  public RunTable(ZoneId zone, boolean coloured, boolean wide, Instant now) {
    this.zone = zone;
    this.coloured = coloured;
    this.wide = wide;
    this.now = now;
  }

  /**
   * Returns the lines, title first.
   *
   * @param limit how wide a line may be; empty for as wide as it gets
   */
  public List<String> lines(List<RunSummary> runs, ShortIds ids, OptionalInt limit) {
    List<Column> columns = new ArrayList<>();
    columns.add(Column.whole("RUN ID", cells(runs, run -> ids.of(run.id()))));
    columns.add(
        Column.painted(
            "STATUS", cells(runs, run -> DisplayStatus.of(run.status(), run.reason())), paint()));
    columns.add(Column.whole("EXIT", cells(runs, run -> Objects.toString(run.exitCode(), "-"))));
    columns.add(Column.whole("DURATION", cells(runs, this::duration)));
    columns.add(Column.whole("STARTED", cells(runs, this::started)));
    addLabel(columns, "DATASET", cells(runs, run -> label(run.datasetKey().value())));
    addLabel(columns, "MODEL", cells(runs, run -> label(run.modelId())));
    boolean named = !wide && runs.stream().anyMatch(run -> run.name() != null);
    if (wide) {
      addLabel(columns, "NAME", cells(runs, run -> Objects.toString(run.name(), "")));
      addLabel(columns, "TAGS", cells(runs, run -> TagText.of(run.tags())));
      columns.add(Column.whole("MODE", cells(runs, run -> run.mode().text())));
      columns.add(Column.whole("HOST", cells(runs, run -> Objects.toString(run.host(), "-"))));
    }
    columns.add(
        Column.cut(
            named ? "NAME OR COMMAND" : "COMMAND",
            cells(runs, run -> named && run.name() != null ? run.name() : command(run)),
            LEAST_TEXT));
    return new TextTable(columns).lines(wide ? OptionalInt.empty() : limit);
  }

  private static List<String> cells(List<RunSummary> runs, Function<RunSummary, String> text) {
    return runs.stream().map(text).toList();
  }

  private static String label(String text) {
    return text.equals(NO_LABEL) ? "" : text;
  }

  /** Adds a column if any of its cells has a text. */
  private void addLabel(List<Column> columns, String title, List<String> cells) {
    if (cells.stream().anyMatch(cell -> !cell.isEmpty())) {
      List<String> shown =
          wide
              ? cells
              : cells.stream().map(cell -> TerminalText.truncate(cell, MOST_LABEL)).toList();
      columns.add(Column.optional(title, shown, LEAST_TEXT));
    }
  }

  private static String command(RunSummary run) {
    return run.mode() == RunMode.DRY_RUN ? "(dry run)" : CommandLineFormat.of(run.command());
  }

  private String duration(RunSummary run) {
    return run.duration() == null ? "-" : Durations.of(run.duration());
  }

  private String started(RunSummary run) {
    return wide
        ? LocalTimes.of(run.startedAt(), zone)
        : LocalTimes.near(run.startedAt(), zone, now);
  }

  private Paint paint() {
    return coloured
        ? (word, padded) -> DisplayStatus.colour(word) + padded + "\u001B[0m"
        : Paint.NONE;
  }
}
