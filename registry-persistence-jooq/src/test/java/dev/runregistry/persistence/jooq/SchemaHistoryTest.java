package dev.runregistry.persistence.jooq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.database.Schema;
import dev.runregistry.persistence.jooq.internal.database.SchemaHistory;
import dev.runregistry.run.Run;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.testkit.Runs;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The history of the migrations, that of earlier programs, and that of an application. */
class SchemaHistoryTest {
  private static final Path MANUAL = Path.of("../docs/M14_RUN_REGISTRY.md");
  private static final int FORMER_VERSION = SchemaHistory.FORMER_SCRIPTS.size();

  @TempDir private Path folder;

  private static Stream<Arguments> formerVersions() {
    return Stream.of(Engine.values())
        .flatMap(
            engine ->
                IntStream.of(1, 7, FORMER_VERSION)
                    .mapToObj(version -> Arguments.of(engine, version)));
  }

  @ParameterizedTest
  @MethodSource("formerVersions")
  void the_history_of_an_earlier_program_is_taken_over_with_all_of_its_rows(
      Engine engine, int version) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    OlderVersion.migrate(engine, config, version);
    List<String> before = rows(config, SchemaHistory.FORMER);

    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.schemaVersion()).isEqualTo(version);
      assertThat(database.migrate().versionBefore()).isEqualTo(version);
      assertThat(database.migrate().applied()).isZero();
    }

    assertThat(before).hasSize(version);
    assertThat(rows(config, SchemaHistory.TABLE)).startsWith(before.toArray(String[]::new));
    assertThat(names(engine, config)).noneMatch(name -> name.startsWith("flyway"));
  }

  /** So that a role that may not change tables records runs after an update of the program. */
  @ParameterizedTest
  @EnumSource
  void the_history_of_an_earlier_program_is_enough_to_record_runs(Engine engine) throws Exception {
    DatabaseConfig config = engine.empty(folder);
    OlderVersion.migrate(engine, config, FORMER_VERSION);
    Run run = Runs.completed();
    try (RunDatabase database = RunDatabase.at(config)) {
      database.runs().save(run);
      assertThat(database.missingPrivileges()).isEmpty();
    }
    assertThat(rows(config, SchemaHistory.FORMER)).hasSize(FORMER_VERSION);
    assertThat(Verified.of(config).discrepancies()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void an_earlier_program_refuses_a_database_whose_history_was_taken_over(Engine engine)
      throws Exception {
    DatabaseConfig config = engine.empty(folder);
    OlderVersion.migrate(engine, config, FORMER_VERSION);
    try (RunDatabase database = RunDatabase.at(config)) {
      database.migrate();
    }
    List<String> before = rows(config, SchemaHistory.TABLE);

    assertThatThrownBy(() -> OlderVersion.migrate(engine, config, FORMER_VERSION))
        .hasMessageContaining("non-empty schema");
    assertThat(rows(config, SchemaHistory.TABLE)).isEqualTo(before);
  }

  @ParameterizedTest
  @EnumSource
  void programs_that_start_at_once_take_it_over_once(Engine engine) throws Exception {
    for (int version : List.of(0, 7, FORMER_VERSION)) {
      DatabaseConfig config = engine.empty(folder);
      if (version > 0) {
        OlderVersion.migrate(engine, config, version);
      }
      ExecutorService threads = Executors.newFixedThreadPool(4);
      try {
        List<Callable<MigrationResult>> starts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
          starts.add(
              () -> {
                try (RunDatabase database = RunDatabase.at(config)) {
                  return database.migrate();
                }
              });
        }
        int applied = 0;
        for (Future<MigrationResult> start : threads.invokeAll(starts)) {
          applied += start.get().applied();
        }
        assertThat(applied).isEqualTo(Schema.VERSION - version);
      } finally {
        threads.shutdown();
      }
    }
  }

  @Test
  void the_history_of_an_application_is_left_as_it_is() throws Exception {
    DatabaseConfig config = Engine.POSTGRES.empty(folder);
    application(config, "customers").migrate();
    List<String> before = rows(config, SchemaHistory.FORMER);

    try (RunDatabase database = RunDatabase.at(config)) {
      assertThat(database.schemaVersion()).isZero();
      database.runs().save(Runs.completed());
      assertThat(database.schemaVersion()).isEqualTo(Schema.VERSION);
    }

    assertThat(rows(config, SchemaHistory.FORMER)).isEqualTo(before);
    assertThat(application(config, "customers").migrate().migrationsExecuted).isZero();
  }

  @Test
  void a_file_of_another_program_is_refused_by_the_migration_that_made_it() throws Exception {
    DatabaseConfig config = Engine.SQLITE.empty(folder);
    application(config, "customers").migrate();
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThatThrownBy(database::migrate)
          .isInstanceOf(RepositoryException.class)
          .hasMessageContaining("another program: it made them by V1__customers.sql");
      assertThatThrownBy(database::status).isInstanceOf(RepositoryException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void a_history_of_both_is_refused_until_it_is_separated_as_the_manual_says(Engine engine)
      throws Exception {
    DatabaseConfig config = engine.empty(folder);
    OlderVersion.migrate(engine, config, 7);
    Engine.execute(
        config,
        "INSERT INTO flyway_schema_history (installed_rank, version, description, type, script,"
            + " installed_by, execution_time, success)"
            + " VALUES (99, '2.1', 'customers', 'SQL', 'V2_1__customers.sql', 'app', 1, true)");
    List<String> before = rows(config, SchemaHistory.FORMER);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThatThrownBy(database::migrate)
          .hasMessageContaining("of the registry and of another program (V2_1__customers.sql)");
      assertThatThrownBy(() -> database.runs().save(Runs.completed()))
          .hasMessageContaining("run_registry_schema_history, see \"Migrating\" in the manual");
      assertThat(rows(config, SchemaHistory.FORMER)).isEqualTo(before);

      if (engine == Engine.SQLITE) { // whose file no application has
        return;
      }
      for (String command : separation()) {
        Engine.execute(config, command);
      }

      assertThat(database.migrate())
          .isEqualTo(new MigrationResult(7, Schema.VERSION, Schema.VERSION - 7));
    }
    assertThat(rows(config, SchemaHistory.FORMER)).hasSize(1);
  }

  private static List<String> separation() throws Exception {
    Matcher manual =
        Pattern.compile("```sql\\n(CREATE TABLE run_registry_schema_history.*?)```", Pattern.DOTALL)
            .matcher(Files.readString(MANUAL));
    assertThat(manual.find()).isTrue();
    return List.of(manual.group(1).split(";\\n"));
  }

  @Test
  void a_table_of_the_application_with_a_name_of_the_registrys_is_named_and_nothing_is_made()
      throws Exception {
    DatabaseConfig config = Engine.POSTGRES.empty(folder);
    Engine.execute(config, "CREATE TABLE hosts (id int)");
    List<String> before = names(Engine.POSTGRES, config);
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThatThrownBy(database::migrate)
          .hasMessageContaining("there is a table hosts, which is not the registry's");
    }
    assertThat(names(Engine.POSTGRES, config)).isEqualTo(before);
  }

  @Test
  void a_migration_of_another_program_in_the_registrys_own_table_is_refused() throws Exception {
    DatabaseConfig config = Engine.POSTGRES.migrated(folder);
    Engine.execute(
        config,
        "UPDATE run_registry_schema_history SET script = 'V1_5.sql', version = '1.5'"
            + " WHERE version = '1'");
    try (RunDatabase database = RunDatabase.at(config)) {
      assertThatThrownBy(database::migrate).hasMessageContaining("V1_5.sql");
    }
  }

  @Test
  void the_scripts_of_earlier_programs_are_those_that_are_there() {
    for (Engine engine : Engine.values()) {
      assertThat(SchemaHistory.FORMER_SCRIPTS)
          .allSatisfy(script -> assertThat(OlderVersion.scripts(engine).resolve(script)).exists());
    }
  }

  /** As an application has it, with one migration that makes that table. */
  private Flyway application(DatabaseConfig config, String table) throws Exception {
    Path scripts = Files.createDirectories(folder.resolve(table));
    Files.writeString(
        scripts.resolve("V1__" + table + ".sql"), "CREATE TABLE %s (id int);".formatted(table));
    return Flyway.configure()
        .dataSource(config.url(), config.user(), config.password())
        .locations("filesystem:" + scripts)
        .loggers("slf4j")
        .load();
  }

  private static List<String> rows(DatabaseConfig config, String table) throws SQLException {
    return query(
        config,
        "SELECT installed_rank || ' ' || coalesce(version, '-') || ' ' || script || ' '"
            + " || coalesce(checksum, 0) || ' ' || installed_on FROM "
            + table
            + " ORDER BY installed_rank");
  }

  /** Names of tables and indexes. */
  private static List<String> names(Engine engine, DatabaseConfig config) throws SQLException {
    return query(
        config,
        engine == Engine.SQLITE
            ? "SELECT name FROM sqlite_master ORDER BY 1"
            : "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1");
  }

  private static List<String> query(DatabaseConfig config, String sql) throws SQLException {
    List<String> found = new ArrayList<>();
    try (Connection connection = Engine.plain(config);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        found.add(rows.getString(1));
      }
    }
    return found;
  }
}
