package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.Schema;
import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.RepositoryTimeoutException;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a session of PostgreSQL is, whatever the database and the role have as defaults. */
@Timeout(120)
class SessionTest {
  private static DatabaseConfig migrated() throws SQLException {
    return Engine.POSTGRES.migrated(Path.of(""));
  }

  private static String nameOf(DatabaseConfig config) {
    return config.url().replaceAll(".*/", "");
  }

  @ParameterizedTest
  @CsvSource({
    "synchronous_commit, off, on",
    "synchronous_commit, remote_apply, remote_apply",
    "default_transaction_isolation, serializable, read committed",
    "default_transaction_read_only, on, off",
    "plan_cache_mode, force_generic_plan, auto"
  })
  void an_ending_is_durable_whatever_the_defaults_of_the_database_are(
      String setting, String standard, String wanted) throws SQLException {
    DatabaseConfig config = migrated();
    Engine.execute(
        config, "ALTER DATABASE %s SET %s = '%s'".formatted(nameOf(config), setting, standard));
    Run run = Runs.completed();

    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(run);
      assertThat(database.runs().find(run.id())).contains(run);
    }

    try (Connections connections = Connections.to(config)) {
      Connection connection = connections.acquire();
      assertThat(shown(connection, setting)).isEqualTo(wanted);
      connections.release(connection);
      assertThat(
              connections.<String>withMigrationDataSource(
                  source -> {
                    try (Connection patient = source.getConnection()) {
                      return shown(patient, setting);
                    } catch (SQLException e) {
                      throw new IllegalStateException(e);
                    }
                  }))
          .isEqualTo(wanted);
    }
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  private static String shown(Connection connection, String setting) {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("SHOW " + setting)) {
      row.next();
      return row.getString(1);
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void a_statement_that_takes_too_long_is_not_called_an_outage() throws SQLException {
    DatabaseConfig config = migrated();
    try (Connections connections = Connections.to(config)) {
      Schema schema = new Schema(connections, () -> {});
      Database database = new Database(config, connections, schema, System::nanoTime);

      assertThatThrownBy(
              () -> database.answer("list runs", sql -> sql.fetch("SELECT pg_sleep(60)")))
          .isInstanceOf(RepositoryTimeoutException.class)
          .hasMessageContaining("cannot list runs")
          .hasMessageEndingWith("it takes the database too long");
    }
  }

  @Test
  void the_documented_privileges_are_enough() throws SQLException {
    DatabaseConfig limited = limited("SELECT, INSERT, UPDATE, DELETE");
    Run running = Runs.running();
    IdempotencyRecord record = record(running.id(), "k");

    try (RunDatabase database = RunDatabase.at(limited)) {
      assertThat(database.idempotencyKeys().save(record, running)).isEqualTo(record);
      database.runs().save(Runs.ended(running, Runs.exited(0)));
      CancelRequest request = new CancelRequest("ann", Runs.NOON);
      database.cancelRequests().add(running.id(), request);
      database.cancelRequests().add(running.id(), request);
      assertThat(database.cancelRequests().find(List.of(running.id())))
          .isEqualTo(Map.of(running.id(), request));
      assertThat(database.runs().identity().uuid()).isPresent();
      assertThat(database.missingPrivileges()).isEmpty();
    }
    assertThat(Verified.of(limited).discrepancies()).isEmpty();
  }

  @Test
  void a_request_with_a_key_does_not_fail_because_expired_keys_cannot_be_deleted()
      throws SQLException {
    DatabaseConfig limited = limited("SELECT, INSERT, UPDATE");

    try (RunDatabase database = RunDatabase.at(limited)) {
      for (String key : List.of("one", "two")) {
        Run running = Runs.running();
        IdempotencyRecord record = record(running.id(), key);
        assertThat(database.idempotencyKeys().save(record, running)).isEqualTo(record);
      }
      assertThat(database.missingPrivileges()).containsExactly("DELETE on idempotency_keys");
    }
  }

  private static IdempotencyRecord record(RunId run, String key) {
    return new IdempotencyRecord(key, "f", run, Runs.NOON);
  }

  @Test
  void a_role_that_cannot_delete_requests_to_cancel_runs_still_makes_them() throws SQLException {
    DatabaseConfig limited = limited("SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT");
    CancelRequest byAnn = new CancelRequest("ann", Runs.NOON);

    try (RunDatabase database = RunDatabase.at(limited)) {
      for (RunId id : List.of(Runs.id(), Runs.id())) {
        database.cancelRequests().add(id, byAnn);
        assertThat(database.cancelRequests().find(List.of(id))).containsEntry(id, byAnn);
      }
      assertThat(database.missingPrivileges()).containsExactly("DELETE on run_cancel_requests");
    }
  }

  /** As a role that has just these privileges on the keys, and the documented ones otherwise. */
  private static DatabaseConfig limited(String onKeys) throws SQLException {
    return limited(onKeys, "SELECT, INSERT, DELETE");
  }

  private static DatabaseConfig limited(String onKeys, String onRequests) throws SQLException {
    DatabaseConfig owner = migrated();
    String role = "role_" + nameOf(owner);
    for (String sql :
        List.of(
            "CREATE ROLE " + role + " LOGIN PASSWORD 'x'",
            "GRANT SELECT, INSERT, UPDATE ON tunix_runs TO " + role,
            "GRANT SELECT, INSERT ON run_chain TO " + role,
            "GRANT " + onKeys + " ON idempotency_keys TO " + role,
            "GRANT " + onRequests + " ON run_cancel_requests TO " + role,
            "GRANT SELECT, INSERT, UPDATE, DELETE ON hosts, run_homes TO " + role,
            "GRANT SELECT, INSERT ON host_retirements, run_tags TO " + role,
            "GRANT SELECT ON database_identity, run_registry_schema_history TO " + role)) {
      Engine.execute(owner, sql);
    }
    return new DatabaseConfig(owner.url(), role, "x");
  }
}
