package dev.runregistry.persistence.jooq;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.Properties;
import java.util.function.Function;
import javax.sql.DataSource;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGStatement;

/**
 * A small pool, filled as it is used. Every wait is bounded: whether the database is stopped,
 * paused or cut off, a call ends after about two seconds.
 */
final class PostgresConnections implements Connections {
  private static final int MOST = 8;

  // On a busy host a new JVM needs a second to load the driver, which is no outage: the first
  // connection may take twice as long. Later on, a call that loses its connection after a second
  // has another one to get the next.
  private static final int WAIT_MILLIS = 1_000;

  /**
   * What the promises of this module rest on, whatever the defaults of the database and of the role
   * are: a save that returned is durable, statements see what was committed before them, and what
   * is prepared gets one plan for all values, see planForValues. A commit that waits for even more
   * than this server's disk goes on doing so.
   */
  private static final String PROMISES =
      "SELECT set_config('synchronous_commit', 'on', false)"
          + " WHERE current_setting('synchronous_commit') = 'off';"
          + " SET default_transaction_isolation = 'read committed';"
          + " SET default_transaction_read_only = off;"
          + " SET plan_cache_mode = auto; ";

  private final DatabaseConfig config;
  private @Nullable HikariDataSource pool;
  private boolean closed;
  private volatile boolean warm;

  PostgresConnections(DatabaseConfig config) {
    this.config = config;
  }

  @Override
  public SqlTypes types() {
    return SqlTypes.POSTGRES;
  }

  @Override
  public Connection acquire() {
    try {
      Connection connection = warm ? pool().getConnection() : first();
      warm = true;
      return connection;
    } catch (SQLException e) {
      throw new DataAccessException("no connection", e);
    }
  }

  private Connection first() throws SQLException {
    try {
      return pool().getConnection();
    } catch (SQLTransientConnectionException e) { // the pool goes on with its attempt meanwhile
      return pool().getConnection();
    }
  }

  private synchronized HikariDataSource pool() {
    if (closed) {
      throw new DataAccessException("closed");
    }
    if (pool == null) {
      pool = new HikariDataSource(settings());
    }
    return pool;
  }

  private HikariConfig settings() {
    HikariConfig settings = new HikariConfig();
    settings.setPoolName("run-registry");
    settings.setDriverClassName("org.postgresql.Driver");
    settings.setJdbcUrl(config.url());
    settings.setUsername(config.user());
    settings.setPassword(config.password());
    settings.setMaximumPoolSize(MOST);
    settings.setMinimumIdle(0);
    settings.setInitializationFailTimeout(-1);
    settings.setConnectionTimeout(WAIT_MILLIS);
    settings.setValidationTimeout(250);
    settings.setConnectionInitSql(PROMISES + "SET statement_timeout = 900");
    settings.setDataSourceProperties(limits(1, 1));
    return settings;
  }

  /** The driver's own limits, in seconds; options of the URL override them. */
  private static Properties limits(int connect, int answer) {
    Properties limits = new Properties();
    limits.setProperty("connectTimeout", String.valueOf(connect));
    limits.setProperty("loginTimeout", String.valueOf(connect + 1));
    limits.setProperty("socketTimeout", String.valueOf(answer));
    limits.setProperty("tcpKeepAlive", "true");
    limits.setProperty("ApplicationName", "run-registry");
    return limits;
  }

  /**
   * To plan takes PostgreSQL as long as to answer, so it does that once for what is prepared. But
   * the plan for any value of a filter can take 2 s where that for its value takes 0.2 ms: such a
   * statement is never prepared.
   */
  @Override
  public void planForValues(PreparedStatement statement) throws SQLException {
    statement.unwrap(PGStatement.class).setPrepareThreshold(0);
  }

  @Override
  public <T> T patiently(Function<DataSource, T> work) { // Flyway itself takes an advisory lock
    try (HikariDataSource source = new HikariDataSource(patient("run-registry-migration"))) {
      return work.apply(source);
    }
  }

  private HikariConfig patient(String name) {
    HikariConfig settings = settings();
    settings.setPoolName(name);
    settings.setConnectionTimeout(5_000);
    settings.setConnectionInitSql(PROMISES + "SET statement_timeout = 0");
    settings.setDataSourceProperties(limits(5, 600)); // an index on millions of rows takes a while
    return settings;
  }

  @Override
  public <T> T inSnapshot(Function<Connection, T> work) {
    HikariConfig settings = patient("run-registry-snapshot");
    settings.setConnectionInitSql(null); // it would undo the isolation, and nothing is written
    settings.setMaximumPoolSize(1);
    settings.setReadOnly(true);
    settings.setTransactionIsolation("TRANSACTION_REPEATABLE_READ");
    settings.setAutoCommit(false);
    try (HikariDataSource source = new HikariDataSource(settings);
        Connection connection = source.getConnection()) {
      return work.apply(connection);
    } catch (SQLException e) {
      throw new DataAccessException("no connection", e);
    }
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
