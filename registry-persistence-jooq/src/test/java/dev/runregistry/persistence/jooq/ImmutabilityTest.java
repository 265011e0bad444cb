package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What any other program can do to the table by plain SQL. */
class ImmutabilityTest {
  private static final String ENDING =
      "UPDATE tunix_runs SET status = 'completed', exit_code = 0, completed_at = started_at,"
          + " duration_seconds = 0";

  @TempDir private Path folder;
  private final Run pending = Runs.pending();
  private final Run running = Runs.running().withProvenance(Runs.provenance());
  private final Run completed = Runs.withProvenance();
  private DatabaseConfig config;
  private RunDatabase database;

  private void given(Engine engine) throws SQLException {
    config = engine.migrated(folder);
    database = RunDatabase.at(config);
    List.of(pending, running, completed).forEach(database.runs()::save);
  }

  @AfterEach
  void nothing_has_changed() {
    for (Run run : List.of(pending, running, completed)) {
      assertThat(database.runs().find(run.id())).contains(run);
    }
    assertThat(database.runs().list(RunQuery.all()).runs()).hasSize(3);
    database.close();
  }

  private void refused(String sql) {
    assertThatThrownBy(() -> Engine.execute(config, sql))
        .describedAs(sql)
        .isInstanceOf(SQLException.class)
        .hasMessageMatching(
            "(?s).*(never change|audit record|make this move|cannot go|place|rowid).*");
  }

  private static String id(Run run) {
    return " WHERE run_id = '" + run.id() + "'";
  }

  @ParameterizedTest
  @EnumSource
  void no_run_can_be_deleted(Engine engine) throws SQLException {
    given(engine);
    refused("DELETE FROM tunix_runs");
    for (Run run : List.of(pending, running, completed)) {
      refused("DELETE FROM tunix_runs" + id(run));
    }
    if (engine == Engine.POSTGRES) {
      refused("TRUNCATE tunix_runs");
      refused("TRUNCATE tunix_runs CASCADE");
    }
  }

  @ParameterizedTest
  @EnumSource
  void no_column_of_a_finished_run_can_be_changed(Engine engine) throws SQLException {
    given(engine);
    for (String change :
        List.of(
            "run_id = '00000000-0000-0000-0000-000000000000'",
            "dataset_key = 'x'",
            "model_id = 'x'",
            "mode = 'dry-run'",
            "status = 'running'",
            "status = 'failed'",
            "executor = 'x'",
            "external_id = 'x'",
            "exit_code = NULL",
            "created_at = started_at",
            "started_at = created_at",
            "completed_at = NULL",
            "duration_seconds = 2",
            "message = 'x'",
            "output_dir = 'x'",
            "learning_rate = 1",
            "num_epochs = 1",
            "batch_size = 1",
            "max_seq_length = 128",
            "command = NULL",
            "time_limit_ms = NULL",
            "parent_run_id = run_id",
            "name = 'x'",
            "tags = '{\"k\":\"v\"}'",
            "note = 'x'",
            "host = 'x'",
            "user_name = NULL",
            "working_dir = 'x'",
            "registry_version = 'x'",
            "git_commit = NULL",
            "git_dirty = NULL",
            "git_dirty = NOT git_dirty",
            "environment = '{}'",
            "stdout = ''",
            "stderr = ''")) {
      refused("UPDATE tunix_runs SET " + change + id(completed));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_cancelled_run_never_changes(Engine engine) throws SQLException {
    given(engine);
    Run cancelled = Runs.ended(Runs.pending(), Runs.cancelledBeforeStart());
    DatabaseConfig other = engine.migrated(folder);
    try (RunDatabase plain = RunDatabase.at(other)) {
      plain.runs().save(cancelled);
      for (String change :
          List.of("status = 'running', executor = 'x'", "message = 'x'", "status = 'failed'")) {
        assertThatThrownBy(
                () -> Engine.execute(other, "UPDATE tunix_runs SET " + change + id(cancelled)))
            .hasMessageContaining("a finished run never changes");
      }
      if (engine == Engine.SQLITE) {
        String replaced = replacing(cancelled, "run_id", "run_id", "message = 'other'");
        assertThatThrownBy(() -> Engine.execute(other, replaced))
            .hasMessageContaining("a finished run never changes");
      }
      assertThat(plain.runs().find(cancelled.id())).contains(cancelled);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_run_is_not_cancelled_without_a_link_in_the_chain(Engine engine) throws SQLException {
    given(engine);

    for (Run run : List.of(pending, running)) {
      String cancelling =
          "UPDATE tunix_runs SET status = 'cancelled', completed_at = started_at,"
              + " duration_seconds = 0"
              + id(run);
      assertThatThrownBy(() -> Engine.execute(config, cancelling))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("without a link in run_chain, which only the registry makes");
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_running_run_can_only_end(Engine engine) throws SQLException {
    given(engine);
    refused("UPDATE tunix_runs SET status = 'pending', executor = NULL" + id(running));
    refused("UPDATE tunix_runs SET message = 'Still running'" + id(running));
    String end =
        "UPDATE tunix_runs SET status = 'completed', exit_code = 0, completed_at = started_at,"
            + " duration_seconds = 0, ";
    for (String change : whatWasAskedFor(engine)) {
      refused(end + change + id(running));
    }
    for (String change :
        List.of(
            "executor = 'x'",
            "external_id = 'x'",
            "host = 'x'",
            "user_name = NULL",
            "working_dir = 'x'",
            "registry_version = 'x'",
            "git_commit = NULL",
            "git_commit = replace(git_commit, '0', '1')",
            "environment = '{}'")) {
      refused(end + change + id(running));
    }
  }

  private static List<String> whatWasAskedFor(Engine engine) {
    List<String> changes =
        new ArrayList<>(
            List.of(
                "run_id = '00000000-0000-0000-0000-000000000000'",
                "dataset_key = 'x'",
                "model_id = 'x'",
                "output_dir = 'x'",
                "learning_rate = 1",
                "num_epochs = 1",
                "batch_size = 1",
                "max_seq_length = 128",
                "command = '[\"x\"]'",
                "time_limit_ms = NULL",
                "parent_run_id = run_id",
                "name = 'x'",
                "tags = '{\"k\":\"v\"}'",
                "note = 'x'"));
    changes.add(
        "created_at = "
            + (engine == Engine.SQLITE ? "'1999-01-01T00:00:00.000000Z'" : "'1999-01-01 00:00Z'"));
    return changes;
  }

  @ParameterizedTest
  @EnumSource
  void a_pending_run_can_only_start_or_fail(Engine engine) throws SQLException {
    given(engine);
    refused(
        "UPDATE tunix_runs SET status = 'completed', executor = 'x', exit_code = 0,"
            + " completed_at = started_at, duration_seconds = 0"
            + id(pending));
    refused("UPDATE tunix_runs SET message = 'x'" + id(pending));
    for (String change : whatWasAskedFor(engine)) {
      refused("UPDATE tunix_runs SET status = 'running', executor = 'x', " + change + id(pending));
    }
  }

  @ParameterizedTest
  @EnumSource(names = "SQLITE")
  void replacing_is_not_a_way_around_it(Engine engine) throws SQLException {
    given(engine);
    refused("INSERT OR REPLACE INTO tunix_runs SELECT * FROM tunix_runs" + id(completed));
    for (Run run : List.of(pending, running, completed)) {
      for (String column :
          List.of("status = 'pending'", "dataset_key = 'x'", "message = 'other'", "host = 'x'")) {
        refused("UPDATE OR REPLACE tunix_runs SET " + column + id(run));
        refused(replacing(run, "run_id", "run_id", column));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = "SQLITE")
  void the_hidden_row_number_is_not_a_way_around_it(Engine engine) throws SQLException {
    given(engine);
    String otherId = "run_id = '00000000-0000-0000-0000-000000000000'";
    refused(replacing(completed, "rowid, run_id", "rowid, run_id", otherId));
    refused(
        "UPDATE OR REPLACE tunix_runs SET status = 'failed',"
            + " rowid = (SELECT rowid FROM tunix_runs"
            + id(completed)
            + ")"
            + id(running));
    for (int rowid : List.of(-1, 0)) {
      refused(replacing(running, "rowid, run_id", rowid + ", run_id", otherId));
    }
  }

  /** Copies a row over itself with one column changed. */
  private static String replacing(Run run, String names, String values, String change) {
    String rest =
        "dataset_key, model_id, mode, status, executor, external_id, exit_code, created_at,"
            + " started_at, completed_at, duration_seconds, message, output_dir, learning_rate,"
            + " num_epochs, batch_size, max_seq_length, command, time_limit_ms, stdout, stderr,"
            + " host, user_name, working_dir, registry_version, git_commit, git_dirty, environment";
    String column = change.replaceAll(" = .*", "");
    String changed =
        (values + ", " + rest).replaceFirst("\\b" + column + "\\b", change.replaceAll(".* = ", ""));
    return "INSERT OR REPLACE INTO tunix_runs (%s, %s) SELECT %s FROM tunix_runs%s"
        .formatted(names, rest, changed, id(run));
  }

  @ParameterizedTest
  @EnumSource
  void what_git_said_late_is_let_through_at_the_end_and_no_other_commit_is(Engine engine)
      throws SQLException {
    given(engine);
    Run early = Runs.running().withProvenance(Runs.provenance());
    Run late = early.withProvenance(Runs.provenance().withGit("1".repeat(40), true));
    Run ended = early.withProvenance(Runs.withProvenance().provenance());
    try (RunDatabase plain = RunDatabase.at(engine.migrated(folder))) {
      plain.runs().save(early);
      assertThatThrownBy(() -> plain.runs().save(Runs.ended(late, Runs.exited(0))))
          .isInstanceOf(StaleRunException.class);
      plain.runs().save(Runs.ended(ended, Runs.exited(0)));
      assertThat(plain.runs().find(early.id())).contains(Runs.ended(ended, Runs.exited(0)));
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_legal_move_by_plain_sql_is_let_through(Engine engine) throws SQLException {
    given(engine);
    DatabaseConfig other = engine.migrated(folder);
    try (RunDatabase plain = RunDatabase.at(other)) {
      plain.runs().save(pending);
      Engine.execute(
          other,
          "UPDATE tunix_runs SET status = 'running', executor = 'process', message = 'Running'"
              + id(pending));

      assertThat(plain.runs().find(pending.id())).contains(pending.start("process", Runs.NOON));
    }
  }

  /** As an older version of the registry would, which goes on while a newer one migrates. */
  @ParameterizedTest
  @EnumSource
  void no_run_ends_without_a_link_in_the_chain(Engine engine) throws SQLException {
    given(engine);

    for (String sql : List.of(ENDING + id(running), insertingACopy(engine, completed))) {
      assertThatThrownBy(() -> Engine.execute(config, sql))
          .describedAs(sql)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("without a link in run_chain, which only the registry makes");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoever_changes_a_finished_run_is_told_that_it_never_changes(Engine engine)
      throws SQLException {
    given(engine);

    for (String sql :
        List.of(
            "UPDATE tunix_runs SET message = 'x'" + id(completed),
            "UPDATE tunix_runs SET status = 'failed', exit_code = 1" + id(completed),
            ENDING + id(completed))) {
      assertThatThrownBy(() -> Engine.execute(config, sql))
          .describedAs(sql)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("a finished run never changes");
    }
    assertThatThrownBy(() -> Engine.execute(config, insertingACopy(engine, completed)))
        .hasMessageContaining("inserted");
  }

  @Test
  void a_temporary_table_does_not_take_the_place_of_the_chain() throws SQLException {
    given(Engine.POSTGRES);
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TEMPORARY TABLE run_chain AS SELECT * FROM public.run_chain");
      statement.execute("UPDATE run_chain SET run_id = '" + running.id() + "'");

      assertThatThrownBy(() -> statement.execute(ENDING + id(running)))
          .hasMessageContaining("without a link in run_chain");
    }
  }

  private static String insertingACopy(Engine engine, Run run) {
    String copy =
        "INSERT INTO tunix_runs (run_id, dataset_key, model_id, mode, status, executor, exit_code,"
            + " created_at, started_at, completed_at, duration_seconds, message, output_dir,"
            + " learning_rate, num_epochs, batch_size, max_seq_length, command, stdout, stderr)"
            + " SELECT %s, dataset_key, model_id, mode, status, executor, exit_code,"
            + " created_at, started_at, completed_at, duration_seconds, message, output_dir,"
            + " learning_rate, num_epochs, batch_size, max_seq_length, command, stdout, stderr"
            + " FROM tunix_runs"
            + id(run);
    String other = "'00000000-0000-7000-8000-000000000000'";
    return copy.formatted(engine == Engine.SQLITE ? other : other + "::uuid");
  }

  @ParameterizedTest
  @EnumSource
  void the_chain_is_only_ever_appended_to(Engine engine) throws SQLException {
    given(engine);
    ChainHead head = Verified.of(config).head();
    List<String> changes =
        new ArrayList<>(
            List.of(
                "DELETE FROM run_chain",
                "UPDATE run_chain SET form = 1",
                "UPDATE run_chain SET link_number = 7"));
    if (engine == Engine.POSTGRES) {
      changes.add("TRUNCATE run_chain");
      changes.add("INSERT INTO run_chain SELECT * FROM run_chain");
    } else {
      String row = ", run_id, form, run_digest, recorded_at, sealed, previous_digest, link_digest";
      changes.add("INSERT OR REPLACE INTO run_chain SELECT * FROM run_chain");
      changes.add("UPDATE OR REPLACE run_chain SET form = 2");
      changes.add(
          "INSERT OR REPLACE INTO run_chain (link_number%s) SELECT 2%s FROM run_chain"
              .formatted(row, row));
    }
    for (String change : changes) {
      assertThatThrownBy(() -> Engine.execute(config, change))
          .describedAs(change)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("only ever appended to");
    }
    Verified verified = Verified.of(config, head);
    assertThat(verified.discrepancies()).isEmpty();
    assertThat(verified.head()).isEqualTo(head);
  }

  @ParameterizedTest
  @EnumSource
  void the_retirement_of_a_host_needs_a_link_and_never_changes(Engine engine) throws SQLException {
    given(engine);
    String values = "VALUES ('%s', 'node7', 'ann', '2026-11-22T12:00:00.123456Z', 'disk')";
    String id = Runs.id().toString();
    assertThatThrownBy(
            () -> Engine.execute(config, "INSERT INTO host_retirements " + values.formatted(id)))
        .isInstanceOf(SQLException.class)
        .hasMessageContaining("without a link in run_chain, which only the registry makes");

    String linked = values.formatted(completed.id()); // any link will do
    Engine.execute(config, "INSERT INTO host_retirements " + linked);
    List<String> changes =
        new ArrayList<>(
            List.of(
                "DELETE FROM host_retirements",
                "UPDATE host_retirements SET reason = 'x'",
                "UPDATE host_retirements SET host = 'x' WHERE host = 'node7'"));
    if (engine == Engine.POSTGRES) {
      changes.add("TRUNCATE host_retirements");
    } else {
      changes.add("INSERT OR REPLACE INTO host_retirements " + linked);
      changes.add(
          "INSERT OR REPLACE INTO host_retirements (rowid, retirement_id, host, user_name,"
              + " retired_at, reason) SELECT 1, '"
              + Runs.id()
              + "', 'x', 'x', retired_at, 'x' FROM host_retirements");
      changes.add("UPDATE OR REPLACE host_retirements SET reason = 'x'");
    }
    for (String change : changes) {
      assertThatThrownBy(() -> Engine.execute(config, change))
          .describedAs(change)
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("the retirement of a host is an audit record");
    }
  }

  @Test
  void a_link_that_is_given_whole_has_the_digest_of_its_fields() throws SQLException {
    given(Engine.POSTGRES);
    String forged =
        "INSERT INTO run_chain SELECT link_number + 1, '%s', form, run_digest, recorded_at, sealed,"
            + " link_digest, link_digest FROM run_chain";

    assertThatThrownBy(() -> Engine.execute(config, forged.formatted(running.id())))
        .hasMessageContaining("the digest of link 2 is not that of its fields");
  }
}
