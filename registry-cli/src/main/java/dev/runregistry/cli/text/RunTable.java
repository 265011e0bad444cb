package dev.runregistry.cli.text;

import dev.runregistry.cli.text.TextTable.Column;
import dev.runregistry.cli.text.TextTable.Paint;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.query.RunSummary;
import java.time.ZoneId;
import java.util.List;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.function.Function;

/**
 * Runs as a table. The id is always whole: runs of the same minute share its beginning, and it is
 * there to be copied.
 */
public final class RunTable {
  private static final int LEAST_TEXT = 8;

  private final ZoneId zone;
  private final boolean coloured;

  public RunTable(ZoneId zone, boolean coloured) {
    this.zone = zone;
    this.coloured = coloured;
  }

  /** The lines, title first; the less important of the columns come last and go first. */
  public List<String> lines(List<RunSummary> runs, OptionalInt columns) {
    TextTable table =
        new TextTable(
            List.of(
                Column.whole("RUN ID", cells(runs, run -> run.id().toString())),
                new Column(
                    "STATUS", cells(runs, run -> run.status().text()), Integer.MAX_VALUE, paint()),
                Column.cut("DATASET", cells(runs, run -> run.datasetKey().value()), LEAST_TEXT),
                Column.whole("STARTED", cells(runs, run -> LocalTimes.of(run.startedAt(), zone))),
                Column.whole("DURATION", cells(runs, RunTable::duration)),
                Column.whole("EXIT", cells(runs, run -> Objects.toString(run.exitCode(), "-"))),
                Column.cut("MODEL", cells(runs, RunSummary::modelId), LEAST_TEXT),
                Column.whole("MODE", cells(runs, run -> run.mode().text()))));
    return table.lines(columns);
  }

  private static List<String> cells(List<RunSummary> runs, Function<RunSummary, String> text) {
    return runs.stream().map(text).toList();
  }

  private static String duration(RunSummary run) {
    return run.duration() == null ? "-" : Durations.of(run.duration());
  }

  private Paint paint() {
    return coloured
        ? (status, padded) -> colour(RunStatus.parse(status)) + padded + "\u001B[0m"
        : Paint.NONE;
  }

  private static String colour(RunStatus status) {
    return switch (status) {
      case PENDING -> "\u001B[2m"; // faint
      case RUNNING -> "\u001B[36m"; // cyan
      case COMPLETED -> "\u001B[32m"; // green
      case FAILED -> "\u001B[31m"; // red
      case TIMEOUT -> "\u001B[33m"; // yellow
      case CANCELLED -> "\u001B[35m"; // magenta
    };
  }
}
