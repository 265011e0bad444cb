package dev.runregistry.persistence.jooq.internal.database;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.UUID;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteConnection;
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Copies a SQLite database while it is in use, and replaces its contents while it is not.
 *
 * <p>Copies with {@code VACUUM INTO}: it reads one snapshot, for which writers never wait and which
 * they never restart, as they do the page by page copy of SQLite's online backup; the result is one
 * file without a write-ahead log.
 *
 * <p>Replaces the contents in one transaction of SQLite, never the file: a process that still had
 * the former file open would write its log beside the new one, which damages that.
 */
public final class SqliteBackup {
  /** Long enough for a command that ends, short enough for an operator who waits. */
  private static final int BUSY_MILLIS = 5_000;

  private static final int WITH_IDENTITY = 5;
  private static final SchemaHistory HISTORY = SchemaHistory.in(Optional.empty());

  private final Path file;

  /** Names the database; opens nothing. */
  public SqliteBackup(DatabaseConfig config) {
    file = config.file();
  }

  /**
   * Copies the database, and checks that the copy is a well-formed file.
   *
   * @param target a file that is empty or does not exist
   */
  public void copyTo(Path target) {
    new SqliteSnapshot(file)
        .open(
            connection -> {
              if (HISTORY.version(connection) == 0) {
                throw new DataAccessException("there are no tables of the registry");
              }
              try (PreparedStatement copy = connection.prepareStatement("VACUUM INTO ?")) {
                copy.setString(1, target.toAbsolutePath().toString());
                copy.execute();
              }
              return true;
            });
    new SqliteSnapshot(target)
        .open(
            connection -> {
              String found = text(connection, "PRAGMA integrity_check(1)").orElse("nothing");
              if (!found.equals("ok")) {
                throw new DataAccessException("its pages are damaged: " + found);
              }
              return true;
            });
  }

  /**
   * Replaces the contents of the database by those of another file.
   *
   * @param source a database of this version of the schema that nothing else has open
   * @param kept a file that is empty; gets the former contents, if there are tables
   * @param replacesOther whether runs of a database with another identity may be replaced
   */
  public void replaceBy(Path source, Path kept, boolean replacesOther) {
    Optional<UUID> identity = new SqliteSnapshot(source).open(SqliteBackup::identity);
    SqliteConnections.createFile(file);
    SQLiteConfig settings = new SQLiteConfig();
    settings.setBusyTimeout(BUSY_MILLIS);
    try (SQLiteConnection connection =
        (SQLiteConnection) settings.createConnection(SqliteConnections.url(file))) {
      lock(connection);
      if (requireReplaceable(connection, identity, replacesOther)) {
        // by pages, so that a database that is damaged is kept, too
        require(connection.getDatabase().backup("main", kept.toString(), null), "kept");
      }
      require(connection.getDatabase().restore("main", source.toString(), null), "replaced");
    } catch (SQLException e) {
      throw new DataAccessException("its contents cannot be replaced", e);
    }
  }

  /** Locks the database until the connection is closed, if no other connection is open. */
  private static void lock(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      // before anything is read: later it would lock the log, and not the connections of others out
      statement.execute("PRAGMA locking_mode = EXCLUSIVE");
      statement.execute("PRAGMA synchronous = FULL");
      statement.execute("BEGIN EXCLUSIVE");
      statement.execute("COMMIT");
    } catch (SQLiteException e) {
      if ((e.getResultCode().code & 0xff) != SQLiteErrorCode.SQLITE_BUSY.code) {
        throw e;
      }
      throw new DataAccessException(
          "it is in use: stop 'registry serve' and all other processes that have it open first");
    }
  }

  /** Returns whether there are contents to keep. */
  private static boolean requireReplaceable(
      Connection connection, Optional<UUID> identity, boolean replacesOther) throws SQLException {
    int version = HISTORY.version(connection);
    if (version == 0) {
      if (isTrue(connection, "SELECT EXISTS (%s)".formatted(WriteAheadLog.FOREIGN_TABLES))) {
        throw new DataAccessException("it belongs to another program, and is left as it is");
      }
      return false;
    }
    boolean isSame = version >= WITH_IDENTITY && identity(connection).equals(identity);
    if (!isSame
        && !replacesOther
        && isTrue(connection, "SELECT EXISTS (SELECT 1 FROM tunix_runs)")) {
      throw new DataAccessException(
          "it has runs, and the backup is one of another database, %s, this is %s; --force replaces it"
              .formatted(
                  identity.map(UUID::toString).orElse("unknown"),
                  version >= WITH_IDENTITY
                      ? identity(connection).map(UUID::toString).orElse("unknown")
                      : "of an older version"));
    }
    return true;
  }

  private static Optional<UUID> identity(Connection connection) throws SQLException {
    return text(connection, "SELECT database_id FROM database_identity").map(UUID::fromString);
  }

  private static boolean isTrue(Connection connection, String question) throws SQLException {
    return text(connection, question).filter("1"::equals).isPresent();
  }

  private static Optional<String> text(Connection connection, String question) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet answer = statement.executeQuery(question)) {
      @Nullable String text = answer.next() ? answer.getString(1) : null;
      return Optional.ofNullable(text);
    }
  }

  private static void require(int code, String what) {
    if (code != SQLiteErrorCode.SQLITE_OK.code) {
      throw new DataAccessException(
          "its contents cannot be %s: %s".formatted(what, SQLiteErrorCode.getErrorCode(code)));
    }
  }
}
