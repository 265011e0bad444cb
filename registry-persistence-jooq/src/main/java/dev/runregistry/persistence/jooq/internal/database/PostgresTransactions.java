package dev.runregistry.persistence.jooq.internal.database;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.exception.DataAccessException;

/** Long work over one connection to PostgreSQL that is in auto-commit mode, before and after. */
final class PostgresTransactions {
  /** Of all registries of a database; Flyway's own locks have other keys. */
  private static final long MIGRATION = 0x52756e52_65676973L;

  private PostgresTransactions() {}

  /** Reads from one snapshot. */
  static <T> T snapshot(Connection connection, Function<Connection, T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
      T result = work.apply(connection);
      end(connection, connection::rollback);
      return result;
    } catch (SQLException | RuntimeException e) {
      rollBack(connection, e);
      throw e;
    }
  }

  /**
   * Writes in one transaction.
   *
   * <p>Plans of statements and triggers are made while the tables are small, and kept until the end
   * of the transaction: one that reads a whole table or index would be the best one then, and take
   * hours later. After a transaction that was rolled back, vacuuming notes pages without rows, and
   * each new plan expects no rows, either.
   */
  static <T> T write(Connection connection, Connections.Writing<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try {
      execute(connection, "SET LOCAL enable_seqscan = off");
      execute(connection, "SET LOCAL enable_indexonlyscan = off");
      T result = work.over(connection);
      end(connection, connection::commit);
      return result;
    } catch (SQLException e) {
      rollBack(connection, e);
      throw new DataAccessException("a statement failed", firstOf(e));
    } catch (RuntimeException e) {
      rollBack(connection, e);
      throw e;
    }
  }

  private interface Ending {
    void run() throws SQLException;
  }

  private static void end(Connection connection, Ending ending) throws SQLException {
    ending.run();
    connection.setAutoCommit(true);
  }

  /**
   * Works while no other registry migrates the database. Needs a session of its own.
   *
   * @throws DataAccessException if a connection pooler is in between
   */
  static <T> T migration(Connection connection, Supplier<T> work) throws SQLException {
    if (PostgresSource.isPooled(connection)) { // Flyway sets the search path of the session
      throw new DataAccessException(
          "the schema is not migrated through a connection pooler such as PgBouncer: run"
              + " `registry migrate` once with the address of PostgreSQL itself");
    }
    execute(connection, "SELECT pg_advisory_lock(" + MIGRATION + ")");
    try {
      return work.get();
    } finally {
      execute(connection, "SELECT pg_advisory_unlock(" + MIGRATION + ")");
    }
  }

  private static void execute(Connection connection, String command) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  /** The server rolls back itself when the connection is broken, which the reason tells. */
  private static void rollBack(Connection connection, Exception reason) {
    try {
      end(connection, connection::rollback);
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }

  /** Returns the cause of a batch that failed, which only names the batch itself. */
  private static SQLException firstOf(SQLException e) {
    return e.getNextException() == null ? e : e.getNextException();
  }
}
