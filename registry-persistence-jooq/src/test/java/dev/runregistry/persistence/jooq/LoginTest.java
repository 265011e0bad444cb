package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.PostgresSource;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.testkit.Runs;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.TimeZone;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Logging in to a PostgreSQL that asks for passwords, and what is read when that fails. */
@Isolated // one test changes the time zone
@Timeout(180)
class LoginTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  @TempDir private static Path folder;
  private static EmbeddedPostgres server;

  @BeforeAll
  static void start() throws Exception {
    Path data = folder.resolve("data");
    server = EmbeddedPostgres.builder().setDataDirectory(data).start();
    Files.writeString(
        data.resolve("pg_hba.conf"),
        """
        host all postgres 127.0.0.1/32 trust
        host all all 127.0.0.1/32 scram-sha-256
        """);
    execute("SELECT pg_reload_conf()");
    execute("CREATE ROLE app LOGIN SUPERUSER PASSWORD 'first'");
    try (RunDatabase database = RunDatabase.at(as("postgres", "postgres"))) {
      database.migrate();
    }
  }

  @AfterAll
  static void stop() throws Exception {
    server.close();
  }

  private static DatabaseConfig as(String user, String password) {
    return new DatabaseConfig(
        "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/postgres", user, password);
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static void endSessions() throws SQLException {
    execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'");
  }

  private static void saves(RunRepository runs) {
    Run run = Runs.completed();
    await()
        .atMost(MINUTE)
        .ignoreExceptionsInstanceOf(RepositoryException.class)
        .untilAsserted(() -> runs.save(run));
    assertThat(runs.find(run.id())).contains(run);
  }

  @Test
  void a_wrong_password_is_named_to_every_caller_and_not_a_timeout() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(6);
    try (RunDatabase database = RunDatabase.at(as("app", "wrong"))) {
      List<Future<?>> calls = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        calls.add(
            threads.submit(
                () ->
                    assertThatThrownBy(() -> database.runs().save(Runs.running()))
                        .isInstanceOf(RepositoryException.class)
                        .hasMessageContaining("password authentication failed for user \"app\"")));
      }
      for (Future<?> call : calls) {
        call.get();
      }
    } finally {
      threads.shutdownNow();
    }
  }

  @Test
  void a_database_that_does_not_exist_is_named() {
    DatabaseConfig config =
        new DatabaseConfig(
            "jdbc:postgresql://127.0.0.1:" + server.getPort() + "/nowhere", "postgres", "");
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThatThrownBy(database::ping)
          .hasMessageContaining("database \"nowhere\" does not exist");
      assertThatThrownBy(database::migrate)
          .hasMessageContaining("database \"nowhere\" does not exist");
      assertThatThrownBy(() -> Verified.of(config))
          .hasMessageContaining("database \"nowhere\" does not exist");
    }
  }

  @Test
  void a_wrong_password_is_not_sent_again_within_a_call() {
    PostgresSource source =
        new PostgresSource(as("app", "wrong"), () -> "wrong", new Properties(), 900);

    assertThatThrownBy(source::getConnection).hasMessageContaining("password authentication");
    SQLException first = source.failure();
    assertThatThrownBy(source::getConnection).isSameAs(first);
    assertThat(source.isRefused()).isTrue();
  }

  @Test
  void a_rotated_password_is_used_without_a_restart() throws Exception {
    execute("CREATE ROLE rotated LOGIN SUPERUSER PASSWORD 'first'");
    AtomicReference<String> file = new AtomicReference<>("first");
    try (RunDatabase database = RunDatabase.at(as("rotated", "first"), file::get)) {
      saves(database.runs());

      execute("ALTER ROLE rotated PASSWORD 'second'");
      execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'rotated'");
      assertThatThrownBy(
              () -> {
                database.runs().save(Runs.completed());
                database.runs().save(Runs.completed());
              })
          .hasMessageContaining("password authentication failed for user \"rotated\"");

      file.set("second");
      saves(database.runs());
    }
  }

  @Test
  void endings_are_recorded_again_after_the_database_was_read_only() throws Exception {
    try (RunDatabase database = RunDatabase.at(as("app", "first"))) {
      saves(database.runs());
      for (String standard : List.of("on", "off")) {
        execute("ALTER SYSTEM SET default_transaction_read_only = " + standard);
        execute("SELECT pg_reload_conf()");
        endSessions();
        saves(database.runs());
      }
    }
  }

  @Test
  void a_password_that_cannot_be_read_is_told() {
    try (RunDatabase database =
        RunDatabase.at(
            as("app", "first"),
            () -> {
              throw new IllegalStateException("no such file");
            })) {
      assertThatThrownBy(database::ping)
          .hasMessageContaining("the password cannot be read: no such file");
    }
  }

  @Test
  void a_zone_that_only_Java_knows_is_named() {
    TimeZone before = TimeZone.getDefault();
    TimeZone.setDefault(TimeZone.getTimeZone("JST"));
    try (RunDatabase database = RunDatabase.at(as("app", "first"))) {
      assertThatThrownBy(database::ping)
          .hasMessageContaining("invalid value for parameter \"TimeZone\": \"JST\"");
    } finally {
      TimeZone.setDefault(before);
    }
  }

  /** The address of the primary leads to another server; the sessions to the old one go on. */
  @Test
  void endings_are_recorded_after_a_failover_although_old_sessions_lead_to_a_standby()
      throws Exception {
    Path data = folder.resolve("standby");
    try (EmbeddedPostgres primary =
        EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false).start()) {
      try (RunDatabase database = RunDatabase.at(Engine.on(primary.getPort(), "postgres"))) {
        database.migrate();
      }
    }
    Files.createFile(data.resolve("standby.signal"));
    try (EmbeddedPostgres standby =
            EmbeddedPostgres.builder().setDataDirectory(data).setCleanDataDirectory(false).start();
        Wire wire = new Wire(standby.getPort());
        RunDatabase database = RunDatabase.at(Engine.on(wire.port(), "postgres"))) {
      database.ping();
      assertThatThrownBy(() -> database.runs().save(Runs.completed()))
          .hasMessageContaining("read-only transaction");
      assertThatThrownBy(database.runs()::ping).hasMessageContaining("read-only");
      assertThat(isStandby(standby)).isTrue();

      wire.leadsTo(server.getPort());

      saves(database.runs());
      database.runs().ping();
    }
  }

  private static boolean isStandby(EmbeddedPostgres server) throws SQLException {
    try (Connection connection = server.getPostgresDatabase().getConnection();
        ResultSet row = connection.createStatement().executeQuery("SELECT pg_is_in_recovery()")) {
      return row.next() && row.getBoolean(1);
    }
  }
}
