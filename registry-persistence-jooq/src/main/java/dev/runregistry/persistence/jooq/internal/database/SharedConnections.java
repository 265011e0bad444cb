package dev.runregistry.persistence.jooq.internal.database;

import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * Connections to PostgreSQL out of an application's pool, which has its own limits and stays open.
 * Each goes back as it came: with its auto-commit mode and its search path.
 */
public final class SharedConnections implements Connections {
  private static final String ENTER =
      "SELECT before, set_config('search_path', ?, false)"
          + " FROM (SELECT current_setting('search_path') AS before OFFSET 0) AS session";

  private static final String LEAVE = "SELECT set_config('search_path', ?, false)";

  /** How a connection came. */
  private record Session(boolean autoCommit, @Nullable String searchPath) {}

  private final DataSource source;
  private final Optional<String> schema;
  private final Map<Connection, Session> inUse = new ConcurrentHashMap<>();
  private volatile boolean checked;
  private volatile boolean closed;

  public SharedConnections(DataSource source, Optional<String> schema) {
    this.source = source;
    this.schema = schema;
  }

  @Override
  public Dialect types() {
    return Dialect.POSTGRES;
  }

  @Override
  public Optional<String> schema() {
    return schema;
  }

  @Override
  public Connection acquire() {
    if (closed) {
      throw new DataAccessException("closed");
    }
    try {
      Connection connection = source.getConnection();
      try {
        inUse.put(connection, enter(connection));
        return connection;
      } catch (SQLException e) {
        discard(connection, e);
        throw e;
      }
    } catch (SQLException e) {
      throw new DataAccessException("no connection", e);
    }
  }

  private Session enter(Connection connection) throws SQLException {
    boolean autoCommit = connection.getAutoCommit();
    if (!autoCommit) {
      connection.setAutoCommit(true);
    }
    if (!checked) {
      check(connection);
      checked = true;
    }
    return new Session(
        autoCommit,
        schema.isEmpty()
            ? null
            : searchPath(connection, ENTER, SchemaHistory.quoted(schema.get())));
  }

  private void check(Connection connection) throws SQLException {
    String product = connection.getMetaData().getDatabaseProductName();
    if (!product.equals("PostgreSQL")) {
      throw new SQLException(
          "the DataSource leads to %s: only PostgreSQL is shared; SQLite is opened by its file"
              .formatted(product));
    }
    try (Statement statement = connection.createStatement()) {
      PostgresSource.requireDefaults(
          statement,
          "is not changed in the connections of an application: change it in the settings of its"
              + " pool, or by ALTER ROLE … SET");
    }
    if (schema.isPresent() && PostgresSource.isPooled(connection)) {
      throw new SQLException(
          "the schema cannot be set behind a connection pooler such as PgBouncer: leave the option"
              + " out and use ALTER ROLE … SET search_path, or connect directly");
    }
  }

  private static @Nullable String searchPath(Connection connection, String command, String path)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(command)) {
      statement.setString(1, path);
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getString(1);
      }
    }
  }

  @Override
  public void release(Connection connection) {
    Session session = inUse.remove(connection);
    try {
      if (session != null && session.searchPath() != null) {
        searchPath(connection, LEAVE, session.searchPath());
      }
      if (session != null && !session.autoCommit()) {
        connection.setAutoCommit(false);
      }
      connection.close();
    } catch (SQLException e) { // a broken one; the outcome of the work is known already
      discard(connection, e);
    }
  }

  /** Closes a connection in such a way that its pool does not hand it out again. */
  private static void discard(Connection connection, SQLException reason) {
    try {
      connection.abort(Runnable::run);
      connection.close();
    } catch (SQLException e) {
      reason.addSuppressed(e);
    }
  }

  @Override
  public void useCustomPlan(PreparedStatement statement) throws SQLException {
    statement.unwrap(PGStatement.class).setPrepareThreshold(0);
  }

  @Override
  public <T> T withMigrationDataSource(Function<DataSource, T> work) {
    return over(connection -> PostgresTransactions.migration(connection, () -> work.apply(source)));
  }

  @Override
  public <T> T inSnapshot(Function<Connection, T> work) {
    return over(connection -> PostgresTransactions.snapshot(connection, work));
  }

  @Override
  public <T> T inTransaction(Writing<T> work) {
    return over(connection -> PostgresTransactions.write(connection, work));
  }

  private <T> T over(Writing<T> work) {
    Connection connection = acquire();
    try {
      return work.over(connection);
    } catch (SQLException e) {
      throw new DataAccessException("a statement failed", e);
    } finally {
      release(connection);
    }
  }

  /** The pool stays open: it is the application's. */
  @Override
  public void close() {
    closed = true;
  }
}
