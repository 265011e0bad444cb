package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.UnreadableRunException;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.query.RunSummary;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Rows that pass every CHECK and that no registry has written. */
@Timeout(120)
class UnreadableRunTest {
  @TempDir private Path folder;
  private DatabaseConfig config;
  private RunDatabase database;
  private RunRepository runs;

  @BeforeEach
  void open() throws SQLException {
    config = Engine.SQLITE.migrated(folder);
    database = RunDatabase.at(config);
    runs = database.runs();
  }

  @AfterEach
  void close() {
    database.close();
  }

  /** A copy of that run under another id, with another value in one column. */
  private RunId insertCopy(Run run, String column, String value) throws SQLException {
    RunId copy = Runs.id();
    String columns =
        Stream.of(TUNIX_RUNS.fields())
            .map(field -> field.getName())
            .collect(Collectors.joining(","));
    String values =
        Stream.of(columns.split(","))
            .map(name -> name.equals("run_id") ? "'" + copy + "'" : name)
            .map(name -> name.equals(column) ? "'" + value + "'" : name)
            .collect(Collectors.joining(","));
    Engine.execute(
        config,
        "INSERT INTO tunix_runs (%s) SELECT %s FROM tunix_runs WHERE run_id = '%s'"
            .formatted(columns, values, run.id()));
    return copy;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {"created_at|2026-02-31T00:00:00.000000Z", "command|[\"a\",1]"})
  void one_row_that_cannot_be_read_does_not_hide_the_others(String column, String value)
      throws SQLException {
    Run run = Runs.running();
    runs.save(run);
    RunId odd = insertCopy(run, column, value);

    assertThat(runs.page(RunQuery.all()).runs()).extracting(RunSummary::id).contains(run.id());
    assertThat(runs.find(run.id())).contains(run);
    assertThatThrownBy(() -> runs.find(odd))
        .isInstanceOf(UnreadableRunException.class)
        .hasMessageContaining("the record of run " + odd + " cannot be read: ");
    assertThat(Verified.of(config).summary()).containsExactly("changed null " + odd);
  }

  @Test
  void a_page_of_nothing_else_does_not_end_the_list() throws SQLException {
    Run run = Runs.running();
    runs.save(run);
    for (int i = 0; i < 5; i++) {
      insertCopy(run, "started_at", "2026-11-31T00:00:00.00000%dZ".formatted(i));
    }
    List<RunId> listed = new ArrayList<>();
    RunQuery query = RunQuery.all().withLimit(2);

    RunPage page = runs.page(query);
    page.runs().forEach(summary -> listed.add(summary.id()));
    for (int offset = 2; page.hasNext(); offset += 2) {
      page = runs.page(query.withOffset(offset));
      page.runs().forEach(summary -> listed.add(summary.id()));
    }

    assertThat(listed).contains(run.id()).containsOnly(run.id());
  }
}
