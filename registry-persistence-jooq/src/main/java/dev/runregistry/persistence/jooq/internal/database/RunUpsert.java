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
 * The statement that puts runs on record. In plain SQL, which both databases understand: to wake
 * jOOQ takes a command line longer than all else that it does with its database, and a run needs
 * nothing but this.
 */
public final class RunUpsert {
  private RunUpsert() {}

  /**
   * Inserts the run, or replaces the stored one if its status can become this one's; one row or
   * none.
   */
  public static Statement save(Run run) {
    return new Statement("save", () -> text(List.of(run)), values(List.of(run)));
  }

  /** The same for runs that have different ids; the ids of those that were stored. */
  public static Statement saveAll(List<Run> runs) {
    List<Run> sorted = inOneOrder(runs);
    return new Statement(
        List.of("save", runs.size()), () -> text(sorted) + " returning run_id", values(sorted));
  }

  /** So that two who save the same runs wait for each other in turn. */
  public static List<Run> inOneOrder(List<Run> runs) {
    return runs.stream().sorted(comparing(run -> run.id().toString())).toList();
  }

  /** The text of a statement for so many runs, at least one, with a parameter for each value. */
  public static String text(List<Run> runs) {
    Map<String, @Nullable Object> first = RunBinder.of(runs.get(0));
    Set<String> columns = first.keySet();
    String row = "(" + String.join(", ", Collections.nCopies(columns.size(), "?")) + ")";
    // a trigger refuses to change what never changes
    String all =
        columns.stream().map(c -> c + " = excluded." + c).collect(Collectors.joining(", "));
    return "insert into tunix_runs ("
        + String.join(", ", columns)
        + ") values "
        + String.join(", ", Collections.nCopies(runs.size(), row))
        + " on conflict (run_id) do update set "
        + all
        + " where "
        + legalMove();
  }

  /** In the order of the parameters. */
  public static List<@Nullable Object> values(List<Run> runs) {
    List<@Nullable Object> values = new ArrayList<>();
    runs.forEach(run -> values.addAll(RunBinder.of(run).values()));
    return values;
  }

  private static String legalMove() {
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
