package dev.runregistry.persistence.jooq.internal.database;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Opens connections to PostgreSQL, each with the current password, and stores why the last one
 * could not be opened: a pool reports to its callers only a timeout. Safe for use by many threads.
 *
 * <p>A connection pooler such as PgBouncer assigns a session of the server to another client after
 * each transaction. Settings of such a session would affect that client, so nothing is set or
 * prepared there; defaults of the database that contradict the guarantees of this module are
 * rejected.
 */
public final class PostgresSource extends BaseDataSource implements DataSource {
  /**
   * The settings that the guarantees of this module need, whatever the defaults of the database and
   * of the role: a save that returned is durable, statements see what was committed before them,
   * and a prepared statement gets one plan for all values, see useCustomPlan. A commit that waits
   * for more than this server's disk still does so.
   */
  private static final String PROMISES =
      "SELECT set_config('synchronous_commit', 'on', false)"
          + " WHERE current_setting('synchronous_commit') = 'off';"
          + " SET default_transaction_isolation = 'read committed';"
          + " SET default_transaction_read_only = off;"
          + " SET plan_cache_mode = auto;"
          + " SET statement_timeout = ";

  private static final String DEFAULTS =
      "SELECT current_setting('synchronous_commit') = 'off',"
          + " current_setting('default_transaction_isolation') <> 'read committed',"
          + " current_setting('default_transaction_read_only') = 'on'";

  /** The message for each column of {@link #DEFAULTS}. */
  private static final List<String> CONTRADICTIONS =
      List.of(
          "synchronous_commit = off",
          "default_transaction_isolation other than read committed",
          "default_transaction_read_only = on");

  /** A wrong role or password, and a database that does not exist: waiting does not help. */
  private static final List<String> REFUSALS = List.of("28", "3D000");

  /**
   * How long a rejection is repeated without another attempt, which a server may count and lock.
   */
  private static final long REFUSED_NANOS = Duration.ofSeconds(1).toNanos();

  private final DatabaseConfig config;
  private final Supplier<@Nullable String> password;
  private final Properties limits;
  private final int statementMillis;
  private volatile @Nullable Failure failure;

  /**
   * Creates a source without opening a connection.
   *
   * @param password called for each connection
   * @param limits properties of the driver, which options of the URL override
   * @param statementMillis the timeout of a statement in milliseconds; 0 for none
   */
  public PostgresSource(
      DatabaseConfig config,
      Supplier<@Nullable String> password,
      Properties limits,
      int statementMillis) {
    this.config = config;
    this.password = password;
    this.limits = limits;
    this.statementMillis = statementMillis;
  }

  private record Failure(SQLException reason, long at) {
    boolean isDataError() {
      String state = String.valueOf(reason.getSQLState());
      return REFUSALS.stream().anyMatch(state::startsWith);
    }

    boolean isRecent() {
      return System.nanoTime() - at < REFUSED_NANOS;
    }
  }

  @Override
  public Connection getConnection() throws SQLException {
    Failure last = failure;
    if (last != null && last.isDataError() && last.isRecent()) {
      throw last.reason();
    }
    try {
      Connection connection = open();
      failure = null;
      return connection;
    } catch (SQLException e) {
      failure = new Failure(e, System.nanoTime());
      throw e;
    }
  }

  /** Returns why the last connection could not be opened; null if it could, or none was yet. */
  public @Nullable SQLException failure() {
    Failure last = failure;
    return last == null ? null : last.reason();
  }

  /** Returns whether the last connection was rejected for a reason that waiting does not change. */
  public boolean isRefused() {
    Failure last = failure;
    return last != null && last.isDataError();
  }

  private Connection open() throws SQLException {
    Connection connection = new Driver().connect(config.url(), login());
    if (connection == null) {
      throw new SQLException("this is not a URL of PostgreSQL's driver");
    }
    try {
      prepare(connection);
      return connection;
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  private Properties login() throws SQLException {
    Properties login = new Properties();
    login.putAll(limits);
    put(login, "user", config.user());
    try {
      put(login, "password", password.get());
    } catch (RuntimeException e) { // the caller's
      throw new SQLException("the password cannot be read: " + e.getMessage(), e);
    }
    return login;
  }

  private static void put(Properties properties, String name, @Nullable String value) {
    if (value != null) {
      properties.setProperty(name, value);
    }
  }

  private void prepare(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      if (isPooled(connection)) {
        requireDefaults(
            statement,
            "cannot be overridden behind a connection pooler such as PgBouncer: change it by"
                + " ALTER ROLE … SET, or connect directly");
        connection.unwrap(PGConnection.class).setPrepareThreshold(0);
      } else {
        statement.execute(PROMISES + statementMillis);
      }
    }
  }

  /**
   * Returns whether a pooler is in between: it cannot report the number of the server's process,
   * which changes, so it invents one.
   */
  public static boolean isPooled(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet session = statement.executeQuery("SELECT pg_backend_pid()")) {
      session.next();
      return session.getInt(1) != connection.unwrap(PGConnection.class).getBackendPID();
    }
  }

  /**
   * Checks the defaults of a session that is not to be changed.
   *
   * @param remedy completes "the default is …, which …"
   */
  static void requireDefaults(Statement statement, String remedy) throws SQLException {
    try (ResultSet session = statement.executeQuery(DEFAULTS)) {
      session.next();
      for (int i = 0; i < CONTRADICTIONS.size(); i++) {
        if (session.getBoolean(i + 1)) {
          throw new SQLException(
              "the default is %s, which %s".formatted(CONTRADICTIONS.get(i), remedy));
        }
      }
    }
  }

  @Override
  public String getDescription() {
    return "connections of the registry";
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    throw new SQLException("wraps nothing");
  }

  @Override
  public boolean isWrapperFor(Class<?> type) {
    return false;
  }
}
