package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.testkit.Runs;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A registry behind PgBouncer with {@code pool_mode = transaction}, beside other programs. */
@Timeout(120)
class PgBouncerTest {
  /** As often as the driver needs to prepare a statement, and PostgreSQL to plan one for all. */
  private static final int OFTEN = 12;

  @TempDir private Path folder;

  @BeforeAll
  static void require() {
    PgBouncer.require();
  }

  /** Every setting of the session that another program gets. */
  private static List<String> session(Connection other) throws SQLException {
    try (Statement statement = other.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT name || '=' || setting FROM pg_settings WHERE source = 'session'"
                    + " UNION ALL SELECT 'prepared ' || name FROM pg_prepared_statements"
                    + " UNION ALL SELECT 'lock ' || objid FROM pg_locks WHERE locktype = 'advisory'"
                    + " ORDER BY 1")) {
      List<String> settings = new ArrayList<>();
      while (rows.next()) {
        settings.add(rows.getString(1));
      }
      return settings;
    }
  }

  /** As any other program would open it, without statements that it prepares. */
  private static Connection other(DatabaseConfig config) throws SQLException {
    return DriverManager.getConnection(
        config.url() + "?prepareThreshold=0&assumeMinServerVersion=9.0", "postgres", "postgres");
  }

  /** The server of the tests has other defaults, which lose the last commits in a crash. */
  private static DatabaseConfig durable(DatabaseConfig server) throws SQLException {
    set(server, "on");
    return server;
  }

  private static void set(DatabaseConfig server, String synchronousCommit) throws SQLException {
    String name = server.url().replaceAll(".*/", "");
    Engine.execute(
        server, "ALTER DATABASE " + name + " SET synchronous_commit = " + synchronousCommit);
  }

  @Test
  void other_programs_queries_are_not_cancelled_after_900_ms() throws Exception {
    DatabaseConfig server = durable(Engine.POSTGRES.migrated(folder));
    try (PgBouncer bouncer = PgBouncer.before(server, folder);
        Connection other = other(bouncer.to(server));
        RunDatabase database = RunDatabase.at(bouncer.to(server))) {
      List<String> before = session(other);

      for (int i = 0; i < OFTEN; i++) {
        Run running = Runs.running();
        Run ended = Runs.ended(running, Runs.exited(0));
        database.runs().save(running);
        database.runs().save(ended);
        assertThat(database.runs().find(ended.id())).contains(ended);
        assertThat(database.runs().list(RunQuery.all()).runs()).isNotEmpty();
        Run keyed = Runs.running();
        IdempotencyRecord record = new IdempotencyRecord("k" + i, "f", keyed.id(), Runs.NOON);
        assertThat(database.idempotencyKeys().save(record, keyed)).isEqualTo(record);
      }
      database.ping();

      assertThat(session(other)).isEqualTo(before);
      assertThat(Verified.of(bouncer.to(server)).discrepancies()).isEmpty();
      assertThat(session(other)).isEqualTo(before);
    }
  }

  @Test
  void two_registries_do_not_prepare_the_same_statement() throws Exception {
    DatabaseConfig server = durable(Engine.POSTGRES.migrated(folder));
    try (PgBouncer bouncer = PgBouncer.before(server, folder);
        RunDatabase one = RunDatabase.at(bouncer.to(server));
        RunDatabase two = RunDatabase.at(bouncer.to(server))) {
      for (int i = 0; i < OFTEN; i++) {
        one.runs().save(Runs.running());
        two.runs().save(Runs.completed());
      }
      assertThat(one.runs().list(RunQuery.all()).runs()).hasSize(20);
    }
  }

  @Test
  void the_schema_is_not_migrated_through_it() throws Exception {
    DatabaseConfig server = durable(Engine.POSTGRES.empty(folder));
    try (PgBouncer bouncer = PgBouncer.before(server, folder);
        RunDatabase database = RunDatabase.at(bouncer.to(server))) {
      assertThatThrownBy(() -> database.runs().save(Runs.running()))
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("PgBouncer")
          .hasMessageContaining("registry migrate");
      assertThatThrownBy(database::migrate)
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("the address of PostgreSQL itself");
    }
  }

  @Test
  void a_default_that_would_lose_endings_is_refused_with_what_to_do() throws Exception {
    DatabaseConfig server = Engine.POSTGRES.migrated(folder);
    set(server, "off");
    try (PgBouncer bouncer = PgBouncer.before(server, folder);
        RunDatabase database = RunDatabase.at(bouncer.to(server))) {
      assertThatThrownBy(() -> database.runs().save(Runs.running()))
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("synchronous_commit = off")
          .hasMessageContaining("ALTER ROLE");
    }
  }
}
