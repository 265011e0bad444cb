package dev.runregistry.persistence.jooq.internal.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * The table in which Flyway records the applied migrations. It has a name of its own, so that an
 * application can have Flyway's default table in the same schema.
 *
 * <p>Earlier programs recorded their migrations in that default table. It counts as the registry's
 * if it has migrations of the registry and no others, and is renamed by the next migration; one
 * without any is an application's, and is left as it is; one with both is an error.
 */
public final class SchemaHistory {
  public static final String TABLE = "run_registry_schema_history";

  /** Flyway's default. */
  public static final String FORMER = "flyway_schema_history";

  /** All migrations that were ever recorded in the former table: version 1, 2, and so on. */
  public static final List<String> FORMER_SCRIPTS =
      List.of(
          "V1__add_tunix_runs_table.sql",
          "V2__add_idempotency_keys.sql",
          "V3__add_provenance.sql",
          "V4__add_run_chain.sql",
          "V5__add_reason_and_identity.sql",
          "V6__refuse_unreadable_rows.sql",
          "V7__add_cancellation.sql",
          "V8__add_hosts.sql",
          "V9__add_names_and_tags.sql",
          "V10__add_indexes_of_filters_and_orders.sql");

  private static final String VERSION = "\\d{1,9}";

  /** What Flyway records of a schema that it created itself. */
  private static final String CREATION = "SCHEMA";

  private final String prefix;

  private SchemaHistory(String prefix) {
    this.prefix = prefix;
  }

  /**
   * Returns the history in a schema.
   *
   * @param schema its name; empty for the search path of the connection, and for SQLite
   */
  public static SchemaHistory in(Optional<String> schema) {
    return new SchemaHistory(schema.map(name -> quoted(name) + ".").orElse(""));
  }

  /** Returns the history in the schema of these connections. */
  public static SchemaHistory of(Connections connections) {
    return in(connections.schema());
  }

  /** Returns an identifier of SQL for a name with any characters. */
  public static String quoted(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  private record Migration(@Nullable String version, String script, String type) {
    boolean isOfFormerRegistry() {
      int index = FORMER_SCRIPTS.indexOf(script);
      return index >= 0 && String.valueOf(index + 1).equals(version);
    }

    boolean isOfAnotherProgram() {
      return !isOfFormerRegistry() && !type.equals(CREATION);
    }
  }

  /**
   * Returns the version of the newest applied migration of the registry; 0 if there is none.
   *
   * @throws SQLException if it is newer than this program, or if the database is of another one
   */
  public int version(Connection connection) throws SQLException {
    Optional<String> table = table(connection);
    if (table.isEmpty()) {
      return 0;
    }
    // a schema that Flyway created and a repeatable migration have no version
    List<Migration> applied =
        migrations(connection, table.get(), " WHERE success AND version IS NOT NULL");
    if (table.get().equals(FORMER) && !isRegistrys(connection, applied)) {
      return 0;
    }
    int newest = 0;
    for (Migration migration : applied) {
      String version = String.valueOf(migration.version());
      if (!version.matches(VERSION)) {
        throw new SQLException(
            "%s has a migration of another program: %s".formatted(TABLE, migration.script()));
      }
      newest = Math.max(newest, Integer.parseInt(version));
    }
    return requireNotNewer(newest);
  }

  /** Returns the table with the registry's migrations; the former one may be another program's. */
  Optional<String> table(Connection connection) throws SQLException {
    boolean sqlite = isSqlite(connection);
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT " + exists(sqlite, TABLE) + ", " + exists(sqlite, FORMER))) {
      row.next();
      return row.getBoolean(1)
          ? Optional.of(TABLE)
          : row.getBoolean(2) ? Optional.of(FORMER) : Optional.empty();
    }
  }

  private String exists(boolean sqlite, String table) {
    return sqlite
        ? "EXISTS (SELECT 1 FROM sqlite_master WHERE name = '%s')".formatted(table)
        : "to_regclass(%s) IS NOT NULL".formatted(literal(prefix + table));
  }

  private static boolean isSqlite(Connection connection) throws SQLException {
    return connection.getMetaData().getDatabaseProductName().equals("SQLite");
  }

  private List<Migration> migrations(Connection connection, String table, String which)
      throws SQLException {
    List<Migration> migrations = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery("SELECT version, script, type FROM " + prefix + table + which)) {
      while (rows.next()) {
        migrations.add(new Migration(rows.getString(1), rows.getString(2), rows.getString(3)));
      }
    }
    return migrations;
  }

  /** Returns whether all of these migrations in the former table are the registry's. */
  private static boolean isRegistrys(Connection connection, List<Migration> applied)
      throws SQLException {
    Optional<String> other =
        applied.stream().filter(Migration::isOfAnotherProgram).map(Migration::script).findFirst();
    boolean own = applied.stream().anyMatch(Migration::isOfFormerRegistry);
    if (own && other.isPresent()) {
      throw new SQLException(
          ("%s has migrations of the registry and of another program (%s): move those of the"
                  + " registry to %s, see \"Migrating\" in the manual")
              .formatted(FORMER, other.get(), TABLE));
    }
    if (other.isPresent() && isSqlite(connection)) {
      throw new SQLException(
          "the tables are those of another program: it made them by " + other.get());
    }
    return own;
  }

  private static int requireNotNewer(int version) throws SQLException {
    if (version > Schema.VERSION) {
      throw new SQLException(
          "the schema has version %d, this program knows %d: use a newer one"
              .formatted(version, Schema.VERSION));
    }
    return version;
  }

  /**
   * Renames the former table, with all of its rows, if the migrations in it are the registry's: in
   * one transaction, after which an earlier program refuses the database.
   *
   * @param connection outside of a transaction; no other registry migrates meanwhile
   * @return whether it was renamed
   * @throws SQLException if the table has migrations of another program as well
   */
  public boolean adopt(Connection connection) throws SQLException {
    if (!table(connection).filter(FORMER::equals).isPresent() || !isAdoptable(connection, FORMER)) {
      return false;
    }
    boolean autoCommit = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement statement = connection.createStatement()) {
      for (String command : isSqlite(connection) ? renamingSqlite() : renamingPostgres()) {
        statement.execute(command);
      }
      if (!isAdoptable(connection, TABLE)) { // now that it is locked
        throw new SQLException(FORMER + " is changed by another program");
      }
      connection.commit();
      return true;
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(autoCommit);
    }
  }

  /** Returns whether a table is the registry's; in SQLite also one that an undo left empty. */
  private boolean isAdoptable(Connection connection, String table) throws SQLException {
    List<Migration> all = migrations(connection, table, "");
    return isRegistrys(connection, all) || (all.isEmpty() && isSqlite(connection));
  }

  private List<String> renamingPostgres() {
    return List.of(
        "ALTER TABLE %s%s RENAME TO %s".formatted(prefix, FORMER, TABLE),
        // whose names an application's table needs
        "ALTER INDEX IF EXISTS %s%s_pk RENAME TO %s_pk".formatted(prefix, FORMER, TABLE),
        "ALTER INDEX IF EXISTS %s%s_s_idx RENAME TO %s_s_idx".formatted(prefix, FORMER, TABLE));
  }

  private static List<String> renamingSqlite() {
    return List.of(
        "ALTER TABLE %s RENAME TO %s".formatted(FORMER, TABLE),
        "DROP INDEX IF EXISTS %s_s_idx".formatted(FORMER),
        "CREATE INDEX %1$s_s_idx ON %1$s (success)".formatted(TABLE));
  }

  /**
   * Checks that a database without migrations of the registry has no tables of these names either:
   * the migrations would stop half-way.
   *
   * @throws DataAccessException if there is one
   */
  public void requireNoTables(Connection connection, List<String> names) throws SQLException {
    for (String name : names) {
      if (isInPlace(connection, name) && version(connection) == 0) { // in this order
        throw new DataAccessException(
            ("there is a table %s, which is not the registry's: let the registry have a schema of"
                    + " its own")
                .formatted(name));
      }
    }
  }

  private boolean isInPlace(Connection connection, String name) throws SQLException {
    String place = prefix.isEmpty() ? "quote_ident(current_schema()) || '.'" : literal(prefix);
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "SELECT to_regclass(%s || %s) IS NOT NULL".formatted(place, literal(name)))) {
      return row.next() && row.getBoolean(1);
    }
  }

  private static String literal(String text) {
    return '\'' + text.replace("'", "''") + '\'';
  }
}
