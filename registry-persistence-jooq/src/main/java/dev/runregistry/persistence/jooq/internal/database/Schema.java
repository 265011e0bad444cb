package dev.runregistry.persistence.jooq.internal.database;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jooq.exception.DataAccessException;

/**
 * Ensures that the tables are those of this program. Reads only the history of the migrations,
 * which takes a millisecond, and runs Flyway if the schema is outdated. Safe for use by many
 * threads.
 */
public final class Schema {
  /** The version of the newest migration. */
  public static final int VERSION = 10;

  private final Connections connections;
  private final SchemaHistory history;
  private final Runnable migration;
  private final ReentrantLock migrating = new ReentrantLock();
  private volatile boolean current;
  private volatile Optional<UUID> databaseId = Optional.empty();

  public Schema(Connections connections, Runnable migration) {
    this.connections = connections;
    this.history = SchemaHistory.of(connections);
    this.migration = migration;
  }

  /** Migrates if necessary. A failed migration is retried by the next call. */
  public void ensureCurrent() {
    if (connections.reopenIfReplaced()) {
      invalidate();
    }
    if (current) {
      return;
    }
    // not under the lock: while the database is unavailable, callers would wait one after the other
    if (!isCurrent()) {
      migrate();
    }
    current = true;
  }

  /** Returns the UUID of the database that was reached last; empty before. */
  public Optional<UUID> databaseId() {
    return databaseId;
  }

  /** Compares the version, and reads the identity if its table exists. */
  private boolean isCurrent() {
    Connection connection = connections.acquire();
    try {
      if (history.version(connection) < VERSION) {
        return false;
      }
      databaseId = databaseId(connection);
      return true;
    } catch (SQLException e) {
      throw new DataAccessException("cannot read the version of the schema", e);
    } finally {
      connections.release(connection);
    }
  }

  private static Optional<UUID> databaseId(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet identity = statement.executeQuery("SELECT database_id FROM database_identity")) {
      return identity.next()
          ? Optional.of(UUID.fromString(identity.getString(1)))
          : Optional.empty();
    }
  }

  /** Runs once: loading Flyway is slow, and all threads of a server begin at the same time. */
  private void migrate() {
    migrating.lock();
    try {
      if (!current && !isCurrent()) {
        migration.run();
        isCurrent(); // reads the identity
      }
    } finally {
      migrating.unlock();
    }
  }

  /** Invalidates the result, so that the next call checks again. */
  public void invalidate() {
    current = false;
  }

  /**
   * Returns the current version of the schema; 0 if there is none.
   *
   * @throws DataAccessException if it is newer than this program, or of another one
   */
  public int version() {
    Connection connection = connections.acquire();
    try {
      return history.version(connection);
    } catch (SQLException e) {
      throw new DataAccessException("cannot read the version of the schema", e);
    } finally {
      connections.release(connection);
    }
  }
}
