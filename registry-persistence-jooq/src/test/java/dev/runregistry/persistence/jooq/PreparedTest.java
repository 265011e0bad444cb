package dev.runregistry.persistence.jooq;

import static dev.runregistry.testkit.Runs.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements.Statement;
import dev.runregistry.persistence.jooq.internal.database.RunQueries;
import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.persistence.jooq.internal.sql.Row;
import dev.runregistry.persistence.jooq.internal.sql.RunMapper;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.query.RunCursor;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What PostgreSQL plans once, and what it plans anew for each value. */
class PreparedTest {
  /** The driver prepares what it has sent five times; PostgreSQL has tried five plans then. */
  private static final int OFTEN = 12;

  private static final DSLContext SQL = DSL.using(SQLDialect.POSTGRES, Database.settings());
  private static final RunCursor PLACE = new RunCursor(NOON, Runs.id());

  private Connections connections;
  private PreparedStatements statements;

  @BeforeEach
  void connect() throws SQLException {
    connections = Connections.to(Engine.POSTGRES.migrated(null));
    statements = new PreparedStatements(connections);
  }

  @AfterEach
  void close() {
    connections.close();
  }

  private record Prepared(String statement, long plansForAll, long plansForOne) {}

  /** What the only connection of this test has prepared. */
  private List<Prepared> prepared() throws SQLException {
    Connection connection = connections.acquire();
    try (ResultSet all =
        connection
            .createStatement()
            .executeQuery(
                "SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements")) {
      List<Prepared> prepared = new ArrayList<>();
      while (all.next()) {
        prepared.add(new Prepared(all.getString(1), all.getLong(2), all.getLong(3)));
      }
      return prepared;
    } finally {
      connections.release(connection);
    }
  }

  private void readOften(Supplier<Statement> statement, Row.Columns columns) {
    for (int i = 0; i < OFTEN; i++) {
      statements.read(statement.get(), columns, row -> row);
    }
  }

  @Test
  void a_run_that_is_shown_is_found_without_a_new_plan() throws SQLException {
    readOften(() -> RunQueries.find(SQL, Runs.id()), RunMapper.RUN);

    assertThat(prepared()).singleElement().satisfies(find -> assertIsPlannedOnce(find));
  }

  @Test
  void a_page_behind_a_cursor_is_read_without_a_new_plan() throws SQLException {
    RunQuery next = RunQuery.all().withAfter(PLACE);

    readOften(() -> RunQueries.list(SQL, next, null), RunMapper.SUMMARY);

    assertThat(prepared()).singleElement().satisfies(page -> assertIsPlannedOnce(page));
  }

  @Test
  void a_run_is_saved_without_a_new_plan() throws SQLException {
    for (int i = 0; i < OFTEN; i++) {
      Run run = Runs.running();
      statements.write(RunUpsert.save(run));
    }

    assertThat(prepared()).singleElement().satisfies(save -> assertIsPlannedOnce(save));
  }

  private static void assertIsPlannedOnce(Prepared prepared) {
    assertThat(prepared.plansForOne()).isLessThanOrEqualTo(5);
    assertThat(prepared.plansForAll()).isPositive();
  }

  @Test
  void a_list_with_a_filter_is_planned_for_its_value() throws SQLException {
    RunQuery all = RunQuery.all();
    for (RunQuery query :
        List.of(
            all.withStatus(RunStatus.TIMEOUT),
            all.withDatasetKey("rare"),
            all.withDatasetKey("rare").withAfter(PLACE),
            all.withOffset(5_000))) {
      readOften(() -> RunQueries.list(SQL, query, null), RunMapper.SUMMARY);
    }

    assertThat(prepared()).isEmpty(); // PostgreSQL plans what is not prepared for its values
  }

  @Test
  void the_one_plan_of_a_page_behind_a_cursor_reads_the_index_in_its_order() throws SQLException {
    String page = RunQueries.list(SQL, RunQuery.all().withAfter(PLACE), null).text().get();
    Connection connection = connections.acquire();
    try (java.sql.Statement statement = connection.createStatement()) {
      statement.execute("SET plan_cache_mode = force_generic_plan");
      statement.execute("SET enable_seqscan = off"); // the table is empty
      statement.execute("SET enable_bitmapscan = off");
      statement.execute("PREPARE page AS " + page.replaceFirst("\\?", "\\$1").replace("?", "$2"));
      ResultSet lines =
          statement.executeQuery(
              "EXPLAIN EXECUTE page('2026-11-01 12:00Z', '01940000-0000-7000-8000-000000000000')");
      StringBuilder plan = new StringBuilder();
      while (lines.next()) {
        plan.append(lines.getString(1)).append('\n');
      }

      assertThat(plan.toString())
          .contains("Index Scan Backward using tunix_runs_created_at", "$1", "$2")
          .doesNotContain("Sort");
    } finally {
      connections.release(connection);
    }
  }
}
