package dev.runregistry.persistence.jooq;

import dev.runregistry.persistence.jooq.internal.chain.ChainBackfill;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.Privileges;
import dev.runregistry.persistence.jooq.internal.database.Schema;
import dev.runregistry.persistence.jooq.internal.database.SchemaHistory;
import dev.runregistry.persistence.jooq.internal.database.WriteAheadLog;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.CoreErrorCode;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.flywaydb.core.api.output.MigrateResult;
import org.jooq.SQLDialect;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The only class that uses Flyway: loading it takes longer than all the rest of a short command.
 */
final class Migrations {
  private static final String FOLDER = "classpath:dev/runregistry/persistence/jooq/migration/";

  private static final int OLDEST_SQLITE = 53;

  private static final Logger log = LoggerFactory.getLogger(Migrations.class);

  private final Connections connections;
  private final SchemaHistory history;

  Migrations(Connections connections) {
    this.connections = connections;
    this.history = SchemaHistory.of(connections);
  }

  /**
   * Compares the applied migrations with those of this program, and applies the missing ones.
   *
   * @throws DataAccessException if the database is unavailable, belongs to another program, or was
   *     migrated by other files than these
   */
  MigrationResult run() {
    return connections.withMigrationDataSource(this::migrate);
  }

  /**
   * Applies the missing migrations, unless another process did so while this one waited for its
   * turn; does not compare the applied ones.
   *
   * @throws DataAccessException as {@link #run} does
   */
  void runIfBehind() {
    connections.withMigrationDataSource(
        source ->
            version(source) == Schema.VERSION ? Schema.VERSION : migrate(source).versionAfter());
  }

  private MigrationResult migrate(DataSource source) {
    boolean sqlite = connections.dialect() == SQLDialect.SQLITE;
    try {
      int before = version(source); // Flyway itself would ignore a newer one
      if (!sqlite) {
        requireEveryCharacter(source);
      } else {
        requireAlterTable(source);
      }
      prepare(source, before);
      if (sqlite && (before > 0 || WriteAheadLog.isEmptyDatabase(source))) {
        WriteAheadLog.enable(source); // before other processes can see tables and write to them
      }
      MigrateResult result = flyway(source, sqlite).migrate();
      return new MigrationResult(before, Schema.VERSION, result.migrationsExecuted);
    } catch (FlywayException e) {
      throw new DataAccessException(reason(e), e);
    }
  }

  private Flyway flyway(DataSource source, boolean sqlite) {
    FluentConfiguration configuration =
        Flyway.configure(getClass().getClassLoader())
            .dataSource(source)
            .table(SchemaHistory.TABLE)
            .locations(FOLDER + (sqlite ? "sqlite" : "postgresql"))
            .failOnMissingLocations(true)
            .placeholderReplacement(false)
            // beside the tables of an application; a file is the registry's alone
            .baselineOnMigrate(!sqlite)
            .baselineVersion("0")
            .callbacks(new ChainBackfill(connections.dialect()))
            .loggers("slf4j");
    connections.schema().ifPresent(configuration::schemas);
    return configuration.load();
  }

  /**
   * Takes over the history of an earlier program, and looks for tables that would be in the way.
   */
  private void prepare(DataSource source, int before) {
    try (Connection connection = source.getConnection()) {
      if (history.adopt(connection)) {
        log.info("the migrations are recorded in {} now", SchemaHistory.TABLE);
      } else if (before == 0 && connections.types() == Dialect.POSTGRES) {
        history.requireNoTables(connection, Privileges.tables());
      }
    } catch (SQLException e) {
      throw new DataAccessException("cannot prepare the migration", e);
    }
  }

  private int version(DataSource source) {
    try (Connection connection = source.getConnection()) {
      return history.version(connection);
    } catch (SQLException e) {
      throw new DataAccessException("cannot read the version of the schema", e);
    }
  }

  /** A database that is not UTF-8 cannot store the output of most runs. */
  private static void requireEveryCharacter(DataSource source) {
    String encoding = answer(source, "SHOW server_encoding");
    if (!"UTF8".equals(encoding)) {
      throw new DataAccessException(
          "its encoding is %s: make a database WITH ENCODING 'UTF8' TEMPLATE template0"
              .formatted(encoding));
    }
  }

  /** Version 5 drops NOT NULL from columns, which older SQLite can do only by writing every row. */
  private static void requireAlterTable(DataSource source) {
    String version = String.valueOf(answer(source, "SELECT sqlite_version()"));
    Matcher minor = Pattern.compile("3\\.(\\d+)(\\..*)?").matcher(version);
    if (minor.matches() && Integer.parseInt(minor.group(1)) < OLDEST_SQLITE) {
      throw new DataAccessException(
          "SQLite 3.%d or newer is needed, this is %s: use a newer org.xerial:sqlite-jdbc"
              .formatted(OLDEST_SQLITE, version));
    }
  }

  private static @Nullable String answer(DataSource source, String question) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      return answer.next() ? answer.getString(1) : null;
    } catch (SQLException e) {
      throw new DataAccessException("cannot ask: " + question, e);
    }
  }

  private static String reason(FlywayException e) {
    return e.getErrorCode() == CoreErrorCode.NON_EMPTY_SCHEMA_WITHOUT_SCHEMA_HISTORY_TABLE
        ? "it belongs to something else: there are tables, and none of them are the registry's"
        : String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
  }
}
