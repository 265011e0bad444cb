package dev.runregistry.persistence.jooq.internal.database;

import dev.runregistry.persistence.jooq.config.DatabaseAddress;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RepositoryTimeoutException;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jooq.DSLContext;
import org.jooq.conf.RenderQuotedNames;
import org.jooq.conf.Settings;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Queries the database and translates every failure into a {@link RepositoryException}, which has
 * neither SQL nor a secret. Safe for use by many threads.
 */
public final class Database {
  static {
    // jOOQ otherwise logs a banner, which a library should not do; an application that wants it has
    // set the property
    quiet("org.jooq.no-logo");
    quiet("org.jooq.no-tips");
  }

  /** Values out of range, an object in the wrong state, exceptions raised by foreign triggers. */
  private static final List<String> REFUSALS = List.of("22", "55000", "P0");

  /** SQLite's code, which no error of PostgreSQL has; its driver may be missing. */
  private static final int SQLITE_CONSTRAINT = 19;

  /** The connection leads to a standby. */
  private static final String READ_ONLY = "25006";

  /** The statement exceeded the timeout of the session. */
  private static final String QUERY_CANCELED = "57014";

  /**
   * The maximum duration of a call that is repeated. The waits for a connection and for a result
   * end after a second each; a call that had both would wait for a third one.
   */
  private static final Duration RETRY_WINDOW = Duration.ofMillis(1_500);

  private final String name;
  private final Supplier<String> address;
  private final Schema schema;
  private final Connections connections;
  private final LongSupplier nanoTime;

  // created at the first query, because a command loads jOOQ's classes after it has started its
  // child; two threads may both create one, which does no harm
  private volatile @Nullable DSLContext sql;
  private volatile @Nullable String knownAddress; // a link that is changed later has no effect

  public Database(
      DatabaseConfig config, Connections connections, Schema schema, LongSupplier nanoTime) {
    this.name = config.name();
    this.address = () -> DatabaseAddress.of(config);
    this.nanoTime = nanoTime;
    this.connections = connections;
    this.schema = schema;
  }

  private DSLContext sql() {
    DSLContext made = sql;
    if (made == null) {
      made = DSL.using(connections, connections.dialect(), settings());
      sql = made;
    }
    return made;
  }

  private static void quiet(String property) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, "true");
    }
  }

  /** Returns the settings for rendering all statements. */
  public static Settings settings() {
    return new Settings()
        .withExecuteLogging(false)
        .withFetchWarnings(false)
        .withRenderSchema(false)
        .withRenderQuotedNames(RenderQuotedNames.NEVER)
        .withReflectionCaching(false)
        .withCacheRecordMappers(false);
  }

  /**
   * Executes a query, after checking the schema the first time. If the connection breaks, and that
   * does not take long, repeats it once over another one: so a query must be safe to repeat.
   *
   * @param purpose completes "cannot …"
   */
  public <T> T answer(String purpose, Function<DSLContext, T> question) {
    return answer(purpose, () -> question.apply(sql()));
  }

  /** Executes a query that needs no jOOQ. */
  public <T> T answer(String purpose, Supplier<T> question) {
    return translateExceptions(
        purpose,
        () -> {
          long begin = nanoTime.getAsLong();
          try {
            return withSchema(question);
          } catch (DataAccessException e) {
            if (!brokeOnTheWay(e) || nanoTime.getAsLong() - begin > RETRY_WINDOW.toNanos()) {
              throw e;
            }
            return withSchema(question);
          }
        });
  }

  /** Executes a write. */
  public <T> T write(String purpose, Function<DSLContext, T> change) {
    return write(purpose, () -> change.apply(sql()));
  }

  /** Executes a write that needs no jOOQ. */
  public <T> T write(String purpose, Supplier<T> change) {
    return answer(purpose, () -> connections.serialized(change));
  }

  /**
   * Returns whether lookups of several runs share one statement: SQLite has no round trip to share.
   */
  public boolean supportsBatching() {
    return connections.types() == Dialect.POSTGRES;
  }

  private <T> T withSchema(Supplier<T> question) {
    schema.ensureCurrent();
    try {
      return question.get();
    } catch (DataAccessException e) { // another database may come back
      schema.invalidate();
      throw e;
    }
  }

  /** Returns the identity of this database, without a connection. */
  public DatabaseIdentity identity() {
    String place = knownAddress;
    if (place == null) {
      place = address.get();
      knownAddress = place;
    }
    return new DatabaseIdentity(place, schema.databaseId());
  }

  /** Executes other work with the database, and translates its exceptions. */
  public <T> T translateExceptions(String purpose, Supplier<T> work) {
    try {
      return work.get();
    } catch (DataAccessException e) {
      // jOOQ's own message includes the whole statement
      SQLException reason = firstCause(e.getCause(SQLException.class));
      String said = reason == null ? e.getMessage() : reason.getMessage();
      if (reason != null && QUERY_CANCELED.equals(reason.getSQLState())) {
        throw new RepositoryTimeoutException(
            "cannot %s in %s: it takes the database too long".formatted(purpose, name), reason);
      }
      throw new RepositoryException(
          "cannot %s in %s: %s".formatted(purpose, name, firstLine(said)),
          reason == null ? e : reason);
    } catch (NoClassDefFoundError e) {
      throw missingDriver(connections.types(), purpose, name, e);
    }
  }

  /**
   * Returns an exception that names the missing driver: only that of the database that is used has
   * to be on the class path.
   *
   * @throws NoClassDefFoundError if something else is missing
   */
  public static RepositoryException missingDriver(
      Dialect types, String purpose, String name, NoClassDefFoundError e) {
    boolean sqlite = types == Dialect.SQLITE;
    String missing = String.valueOf(e.getMessage());
    if (!missing.startsWith(sqlite ? "org/sqlite/" : "org/postgresql/")) {
      throw e;
    }
    String driver = sqlite ? "org.xerial:sqlite-jdbc" : "org.postgresql:postgresql";
    return new RepositoryException(
        "cannot %s in %s: its driver is missing, add %s".formatted(purpose, name, driver), e);
  }

  /** Returns, for a failed wait for a connection, why none could be opened. */
  private static @Nullable SQLException firstCause(@Nullable SQLException e) {
    return e instanceof SQLTransientConnectionException
            && e.getCause() instanceof SQLException first
        ? first
        : e;
  }

  private static String firstLine(@Nullable String text) {
    return String.valueOf(text).lines().findFirst().orElse("");
  }

  /**
   * Returns whether the database rejected just this statement, and might accept another; not that
   * it is unavailable, busy or full.
   */
  public static boolean isDataError(RepositoryException e) {
    return isConstraintViolation(e) || REFUSALS.stream().anyMatch(state(e)::startsWith);
  }

  /** Returns whether a constraint or a trigger of the schema rejected it. */
  public static boolean isConstraintViolation(RepositoryException e) {
    return state(e).startsWith("23")
        || (e.getCause() instanceof SQLException cause
            && cause.getErrorCode() == SQLITE_CONSTRAINT);
  }

  private static String state(RepositoryException e) {
    return e.getCause() instanceof SQLException cause ? String.valueOf(cause.getSQLState()) : "";
  }

  /**
   * Returns whether the outcome of a statement is unknown, or another connection may lead to a
   * writable server; a connection that was never opened sent no statement.
   */
  private static boolean brokeOnTheWay(DataAccessException e) {
    SQLException cause = e.getCause(SQLException.class);
    String state = cause == null ? null : cause.getSQLState();
    return state != null
        && !(cause instanceof SQLTransientConnectionException)
        && (state.startsWith("08") || state.startsWith("57P") || state.equals(READ_ONLY));
  }
}
