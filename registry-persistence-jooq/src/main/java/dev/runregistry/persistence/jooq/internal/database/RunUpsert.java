package dev.runregistry.persistence.jooq.internal.database;

import static java.util.Comparator.comparing;

import dev.runregistry.persistence.jooq.internal.database.PreparedStatements.Statement;
import dev.runregistry.persistence.jooq.internal.sql.RunBinder;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statement that saves runs. In plain SQL for both databases: loading jOOQ takes a command line
 * longer than all the rest of its database work, and a run needs nothing but this.
 */
public final class RunUpsert {
  private RunUpsert() {}

  /**
   * Returns the statement that inserts the run, or replaces the stored one if its status can become
   * this one's; one row or none.
   */
  public static Statement save(Run run) {
    return new Statement("save", () -> text(List.of(run)), values(List.of(run)));
  }

  /** Returns the statement for runs with different ids; it returns the ids of those stored. */
  public static Statement saveAll(List<Run> runs) {
    List<Run> sorted = sortedById(runs);
    return new Statement(
        List.of("save", runs.size()), () -> text(sorted) + " returning run_id", values(sorted));
  }

  /** Returns the runs sorted by id, so that concurrent saves of the same runs do not deadlock. */
  public static List<Run> sortedById(List<Run> runs) {
    return runs.stream().sorted(comparing(run -> run.id().toString())).toList();
  }

  /** Returns the text for this number of runs, at least one, with a parameter for each value. */
  public static String text(List<Run> runs) {
    Map<String, @Nullable Object> first = RunBinder.of(runs.get(0));
    Set<String> columns = first.keySet();
    // a trigger rejects changes of the immutable columns
    String all =
        columns.stream().map(c -> c + " = excluded." + c).collect(Collectors.joining(", "));
    return insertText(columns, runs.size())
        + " on conflict (run_id) do update set "
        + all
        + " where "
        + transitionGuard();
  }

  /** Returns the text that inserts one run, with a parameter for each value; fails if it exists. */
  public static String insertText(Run run) {
    return insertText(RunBinder.of(run).keySet(), 1);
  }

  private static String insertText(Set<String> columns, int rows) {
    String row = "(" + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")";
    return "insert into tunix_runs ("
        + String.join(", ", columns)
        + ") values "
        + String.join(", ", Collections.nCopies(rows, row));
  }

  /** Returns the values in the order of the parameters. */
  public static List<@Nullable Object> values(List<Run> runs) {
    List<@Nullable Object> values = new ArrayList<>();
    runs.forEach(run -> values.addAll(RunBinder.of(run).values()));
    return values;
  }

  private static String transitionGuard() {
    return Arrays.stream(RunStatus.values())
        .filter(next -> !next.predecessors().isEmpty())
        .map(
            next ->
                "excluded.status = '%s' and tunix_runs.status in (%s)"
                    .formatted(next.text(), quoted(next.predecessors())))
        .collect(Collectors.joining(" or "));
  }

  private static String quoted(Set<RunStatus> statuses) {
    return statuses.stream()
        .map(status -> "'" + status.text() + "'")
        .sorted()
        .collect(Collectors.joining(", "));
  }
}
