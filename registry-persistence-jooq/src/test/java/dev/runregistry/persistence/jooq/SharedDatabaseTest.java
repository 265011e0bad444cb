package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.runregistry.persistence.jooq.config.DataSourceOptions;
import dev.runregistry.persistence.jooq.config.DatabaseAddress;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.testkit.Runs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteDataSource;

/** An application with a pool, a Flyway and tables of its own, in the database of the registry. */
class SharedDatabaseTest {
  /** The lock and both connections of Flyway. */
  private static final int SMALLEST_POOL = 3;

  @TempDir private Path folder;

  static HikariDataSource pool(DatabaseConfig config, int size) {
    HikariDataSource pool = new HikariDataSource();
    // the server of the tests has it off
    pool.setJdbcUrl(config.url() + "?options=-c%20synchronous_commit=on");
    pool.setUsername(config.user());
    pool.setPassword(config.password());
    pool.setMaximumPoolSize(size);
    pool.setMinimumIdle(0);
    pool.setConnectionTimeout(60_000);
    return pool;
  }

  private enum Order {
    APPLICATION_FIRST,
    REGISTRY_FIRST,
    AT_ONCE
  }

  /** 20 databases, in each order, and each is started twice. */
  @Test
  void both_start_in_either_order_in_one_schema() throws Exception {
    for (int i = 0; i < 20; i++) {
      Order order = Order.values()[i % 3];
      try (HikariDataSource pool = pool(Engine.POSTGRES.empty(folder), 8)) {
        Run first = Runs.completed();
        start(order, pool, first);
        Run second = Runs.completed();
        start(order, pool, second);

        try (RunDatabase database = RunDatabase.at(pool, DataSourceOptions.DEFAULTS)) {
          assertThat(database.runs().find(first.id())).contains(first);
          assertThat(database.runs().find(second.id())).contains(second);
        }
        assertThat(query(pool, "SELECT count(*) FROM customers")).isEqualTo("2");
        assertThat(query(pool, "SELECT count(*) FROM flyway_schema_history WHERE type = 'SQL'"))
            .isEqualTo("2");
      }
    }
  }

  private void start(Order order, DataSource pool, Run run) throws Exception {
    List<Callable<Boolean>> starts =
        Stream.<Callable<Boolean>>of(() -> startApplication(pool), () -> record(pool, run))
            .toList();
    if (order == Order.AT_ONCE) {
      ExecutorService threads = Executors.newFixedThreadPool(2);
      try {
        for (Future<Boolean> started : threads.invokeAll(starts)) {
          assertThat(started.get()).isTrue();
        }
      } finally {
        threads.shutdown();
      }
    } else {
      assertThat(starts.get(order.ordinal()).call()).isTrue();
      assertThat(starts.get(1 - order.ordinal()).call()).isTrue();
    }
  }

  private boolean startApplication(DataSource pool) throws Exception {
    Path scripts = Files.createDirectories(folder.resolve("application"));
    Files.writeString(scripts.resolve("V1__customers.sql"), "CREATE TABLE customers (id int);");
    Files.writeString(scripts.resolve("V2__names.sql"), "ALTER TABLE customers ADD name text;");
    Flyway.configure()
        .dataSource(pool)
        .locations("filesystem:" + scripts)
        .baselineOnMigrate(true)
        .baselineVersion("0")
        .loggers("slf4j")
        .load()
        .migrate();
    execute(pool, "INSERT INTO customers VALUES (1, 'x')");
    return true;
  }

  private static boolean record(DataSource pool, Run run) {
    try (RunDatabase database = RunDatabase.at(pool, DataSourceOptions.DEFAULTS)) {
      database.runs().save(run);
      return database.runs().find(run.id()).isPresent();
    }
  }

  @Test
  void an_application_needs_no_setting_beside_a_schema_of_the_registrys_own() throws Exception {
    try (HikariDataSource pool = pool(Engine.POSTGRES.empty(folder), 8);
        RunDatabase database =
            RunDatabase.at(pool, DataSourceOptions.builder().schema("Its \"own\"").build())) {
      execute(pool, "CREATE TABLE hosts (id int)");
      Run run = Runs.withProvenance();
      database.runs().save(run);
      assertThat(database.runs().find(run.id())).contains(run);
      assertThat(database.missingPrivileges()).isEmpty();
      assertThat(database.status().schemaVersion()).isEqualTo(RunDatabase.latestSchemaVersion());
      assertThat(query(pool, "SELECT count(*) FROM \"Its \"\"own\"\"\".tunix_runs")).isEqualTo("1");
      assertThat(
              query(
                  pool,
                  "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace"))
          .isEqualTo("1");
      assertThat(Verified.of(database, null).head().count()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_connection_goes_back_as_it_came(boolean autoCommit) throws Exception {
    try (HikariDataSource pool = pool(Engine.POSTGRES.empty(folder), SMALLEST_POOL)) {
      pool.setAutoCommit(autoCommit);
      try (RunDatabase database =
          RunDatabase.at(pool, DataSourceOptions.builder().schema("runs").build())) {
        database.runs().save(Runs.completed());
        Verified.of(database, null);
        database.chain().append(Collections.emptyIterator());
      }
      assertThat(pool.isClosed()).isFalse();
      for (int i = 0; i < SMALLEST_POOL; i++) {
        try (Connection connection = pool.getConnection();
            Statement statement = connection.createStatement()) {
          assertThat(connection.getAutoCommit()).isEqualTo(autoCommit);
          connection.setAutoCommit(true);
          assertThat(text(statement, "SHOW search_path")).isEqualTo("\"$user\", public");
          assertThat(text(statement, "SHOW enable_seqscan")).isEqualTo("on");
          assertThat(text(statement, "SHOW transaction_read_only")).isEqualTo("off");
          assertThat(text(statement, "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"))
              .isEqualTo("0");
        }
      }
    }
  }

  @Test
  void the_database_has_the_identity_that_it_has_for_other_programs() throws Exception {
    DatabaseConfig config = Engine.POSTGRES.migrated(folder);
    try (HikariDataSource pool = pool(config, 2);
        RunDatabase database = RunDatabase.at(pool, DataSourceOptions.DEFAULTS);
        RunDatabase other = RunDatabase.at(config)) {
      database.runs().ping();
      other.runs().ping();
      assertThat(database.runs().identity()).isEqualTo(other.runs().identity());
    }
  }

  @Test
  void the_schema_is_part_of_the_address() {
    DataSourceOptions options =
        DataSourceOptions.builder().url("jdbc:postgresql://DB/app?a=b").schema("runs").build();
    assertThat(options.address().map(DatabaseAddress::of))
        .contains("jdbc:postgresql://db:5432/app?currentSchema=runs");
    DatabaseConfig elsewhere =
        new DatabaseConfig("jdbc:postgresql://db/app?currentSchema=other&a=b", null, null);
    assertThat(options.inSchema(elsewhere).url())
        .isEqualTo("jdbc:postgresql://db/app?a=b&currentSchema=runs");
    assertThat(DataSourceOptions.DEFAULTS.inSchema(elsewhere)).isEqualTo(elsewhere);
    assertThat(DataSourceOptions.builder().schema("Own").build().inSchema(elsewhere).url())
        .endsWith("a=b&currentSchema=%22Own%22");
  }

  @Test
  void a_database_that_is_down_is_needed_for_its_address_only() throws Exception {
    try (HikariDataSource pool = pool(Engine.on(1, "nowhere"), 2)) {
      pool.setConnectionTimeout(250);
      pool.setInitializationFailTimeout(-1);
      assertThatThrownBy(() -> RunDatabase.at(pool, DataSourceOptions.DEFAULTS))
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("cannot reach the database");
      DataSourceOptions known =
          DataSourceOptions.builder().url("jdbc:postgresql://127.0.0.1:1/nowhere").build();
      try (RunDatabase database = RunDatabase.at(pool, known)) {
        assertThat(database.runs().identity().address())
            .isEqualTo("jdbc:postgresql://127.0.0.1:1/nowhere");
        assertThatThrownBy(database::ping).isInstanceOf(RepositoryException.class);
      }
    }
  }

  @Test
  void a_closed_registry_takes_no_connection_of_the_application() throws Exception {
    try (HikariDataSource pool = pool(Engine.POSTGRES.migrated(folder), 2)) {
      RunDatabase database = RunDatabase.at(pool, DataSourceOptions.DEFAULTS);
      database.close();
      assertThatThrownBy(database::ping).isInstanceOf(RepositoryException.class);
    }
  }

  @Test
  void a_session_that_loses_endings_is_refused() throws Exception {
    DatabaseConfig config = Engine.POSTGRES.migrated(folder);
    try (HikariDataSource pool = pool(config, 2)) {
      pool.setConnectionInitSql("SET synchronous_commit = off");
      try (RunDatabase database = RunDatabase.at(pool, DataSourceOptions.DEFAULTS)) {
        assertThatThrownBy(() -> database.runs().save(Runs.completed()))
            .hasMessageContaining("the default is synchronous_commit = off, which is not changed");
      }
    }
  }

  @Test
  void only_postgresql_is_shared() {
    SQLiteDataSource sqlite = new SQLiteDataSource();
    sqlite.setUrl("jdbc:sqlite:" + folder.resolve("x.db"));
    assertThatThrownBy(() -> RunDatabase.at(sqlite, DataSourceOptions.DEFAULTS))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("only PostgreSQL is shared");
    DataSourceOptions wrong = DataSourceOptions.builder().url("jdbc:postgresql://db/x").build();
    try (RunDatabase database = RunDatabase.at(sqlite, wrong)) {
      assertThatThrownBy(database::ping).hasMessageContaining("the DataSource leads to SQLite");
    }
    for (String name : List.of("", "x".repeat(64), "a\0b")) {
      assertThatThrownBy(() -> DataSourceOptions.builder().schema(name))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("1 to 63 bytes");
    }
    assertThat(DataSourceOptions.DEFAULTS.schema()).isEqualTo(Optional.empty());
  }

  private static void execute(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String query(DataSource source, String sql) throws SQLException {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement()) {
      return text(statement, sql);
    }
  }

  private static String text(Statement statement, String sql) throws SQLException {
    try (ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getString(1);
    }
  }
}
