package dev.runregistry.persistence.jooq.internal.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.sqlite.SQLiteErrorCode;

/**
 * The journal mode in which readers and writers of a SQLite file do not wait for each other. Stored
 * in the file.
 */
public final class WriteAheadLog {
  // SQLite's busy timeout does not apply here: it fails at once while another process writes
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration PAUSE = Duration.ofMillis(10);

  /** In a file without migrations of the registry. */
  static final String FOREIGN_TABLES =
      "SELECT 1 FROM sqlite_master WHERE tbl_name NOT IN ('%s', '%s')"
          .formatted(SchemaHistory.TABLE, SchemaHistory.FORMER);

  private WriteAheadLog() {}

  /** Returns whether the file contains nothing that another program may have created. */
  public static boolean isEmptyDatabase(DataSource source) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet others = statement.executeQuery(FOREIGN_TABLES)) {
      return !others.next();
    } catch (SQLException e) {
      throw new DataAccessException("cannot look into the file", e);
    }
  }

  /** Enables it; waits for writers, and does nothing if it is enabled. */
  public static void enable(DataSource source) {
    long start = System.nanoTime();
    while (!isOn(source, System.nanoTime() - start < PATIENCE.toNanos())) {
      LockSupport.parkNanos(PAUSE.toNanos());
    }
  }

  private static boolean isOn(DataSource source, boolean patient) {
    try (Connection connection = source.getConnection();
        Statement statement = connection.createStatement();
        ResultSet mode = statement.executeQuery("PRAGMA journal_mode = WAL")) {
      if (!mode.next() || !"wal".equals(mode.getString(1))) {
        throw new DataAccessException("its file system does not allow a write-ahead log");
      }
      return true;
    } catch (SQLException e) {
      if (patient && e.getErrorCode() == SQLiteErrorCode.SQLITE_BUSY.code) {
        return false;
      }
      throw new DataAccessException("cannot switch to a write-ahead log", e);
    }
  }
}
