package dev.runregistry.persistence.jooq.internal.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Properties;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * A small pool, filled on demand. Every wait is bounded: whether the database is stopped, paused or
 * disconnected, a call ends after about two seconds.
 */
public final class PostgresConnections implements Connections {
  private static final int MAX_BATCH_SIZE = 8;

  // On a busy host a new JVM needs a second to load the driver, which is no outage: the first
  // connection may take twice as long. Later on, a call that loses its connection after a second
  // has another second to get the next.
  private static final int WAIT_MILLIS = 1_000;
  private static final int STATEMENT_MILLIS = 900;

  private final DatabaseConfig config;
  private final Supplier<@Nullable String> password;
  private final PostgresSource source;
  private @Nullable HikariDataSource pool;
  private boolean closed;
  private volatile boolean warm;

  public PostgresConnections(DatabaseConfig config, Supplier<@Nullable String> password) {
    this.config = config;
    this.password = password;
    this.source = new PostgresSource(config, password, limits(1, 1), STATEMENT_MILLIS);
  }

  @Override
  public Dialect types() {
    return Dialect.POSTGRES;
  }

  @Override
  public Connection acquire() {
    try {
      Connection connection = warm ? pool().getConnection() : first();
      warm = true;
      return connection;
    } catch (SQLException e) {
      throw noConnection(e, source);
    }
  }

  private Connection first() throws SQLException {
    try {
      return pool().getConnection();
    } catch (SQLTransientConnectionException e) { // the pool continues its attempt meanwhile
      if (source.isRefused()) {
        throw e;
      }
      return pool().getConnection();
    }
  }

  /** Adds the first cause, which the pool reports to only one of its callers. */
  private static DataAccessException noConnection(SQLException e, PostgresSource source) {
    SQLException first = source.failure();
    if (e.getCause() != null) {
      return new DataAccessException("no connection", e);
    }
    String reason = "no connection was free or could be opened in time";
    return new DataAccessException(
        "no connection", new SQLTransientConnectionException(reason, e.getSQLState(), first));
  }

  private synchronized HikariDataSource pool() {
    if (closed) {
      throw new DataAccessException("closed");
    }
    if (pool == null) {
      pool = new HikariDataSource(settings(source));
    }
    return pool;
  }

  private static HikariConfig settings(PostgresSource source) {
    HikariConfig settings = new HikariConfig();
    settings.setPoolName("run-registry");
    settings.setDataSource(source);
    settings.setMaximumPoolSize(MAX_BATCH_SIZE);
    settings.setMinimumIdle(0);
    settings.setInitializationFailTimeout(-1);
    settings.setConnectionTimeout(WAIT_MILLIS);
    settings.setValidationTimeout(250);
    settings.setExceptionOverride(new BrokenConnections());
    return settings;
  }

  /** Returns the driver's own timeouts, in seconds; options of the URL override them. */
  private static Properties limits(int connect, int answer) {
    Properties limits = new Properties();
    limits.setProperty("connectTimeout", String.valueOf(connect));
    limits.setProperty("loginTimeout", String.valueOf(connect + 1));
    limits.setProperty("socketTimeout", String.valueOf(answer));
    limits.setProperty("tcpKeepAlive", "true");
    limits.setProperty("ApplicationName", "run-registry");
    limits.setProperty("assumeMinServerVersion", "9.0"); // else it sets these in the session
    return limits;
  }

  /**
   * Planning takes PostgreSQL as long as executing, so a prepared statement is planned only once.
   * But the generic plan for a filter can take 2 s where that for its value takes 0.2 ms: such a
   * statement is never prepared.
   */
  @Override
  public void useCustomPlan(PreparedStatement statement) throws SQLException {
    statement.unwrap(PGStatement.class).setPrepareThreshold(0);
  }

  @Override
  public <T> T withMigrationDataSource(Function<DataSource, T> work) {
    return patiently(
        "run-registry-migration",
        (pool, connection) -> PostgresTransactions.migration(connection, () -> work.apply(pool)));
  }

  private interface PatientWork<T> {
    T over(DataSource pool, Connection connection) throws SQLException;
  }

  private <T> T patiently(String name, PatientWork<T> work) {
    PostgresSource patient = patient();
    try (HikariDataSource pool = pool(patient, name);
        Connection connection = pool.getConnection()) {
      return work.over(pool, connection);
    } catch (SQLException e) {
      throw noConnection(e, patient);
    }
  }

  private PostgresSource patient() { // an index on millions of rows takes a while
    return new PostgresSource(config, password, limits(5, 600), 0);
  }

  private static HikariDataSource pool(PostgresSource patient, String name) {
    HikariConfig settings = settings(patient);
    settings.setPoolName(name);
    settings.setConnectionTimeout(5_000);
    return new HikariDataSource(settings);
  }

  @Override
  public <T> T inSnapshot(Function<Connection, T> work) {
    return patiently(
        "run-registry-snapshot",
        (pool, connection) -> PostgresTransactions.snapshot(connection, work));
  }

  @Override
  public <T> T inTransaction(Writing<T> work) {
    return patiently(
        "run-registry-import", (pool, connection) -> PostgresTransactions.write(connection, work));
  }

  @Override
  public void release(Connection connection) {
    try {
      connection.close();
    } catch (SQLException e) {
      throw new DataAccessException("cannot give a connection back", e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    if (pool != null) {
      pool.close();
    }
  }
}
