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
import org.sqlite.SQLiteErrorCode;
import org.sqlite.SQLiteException;

/**
 * Asks the database and turns whatever goes wrong into a {@link RepositoryException}, which names
 * neither SQL nor a secret. Safe for use by many threads.
 */
public final class Database {
  static {
    // jOOQ greets on the log otherwise, which a library should not do; an application that wants
    // it has set the property
    quiet("org.jooq.no-logo");
    quiet("org.jooq.no-tips");
  }

  /** Values out of range, what is not possible as things are, what triggers of others raise. */
  private static final List<String> REFUSALS = List.of("22", "55000", "P0");

  /** The connection leads to a standby. */
  private static final String READ_ONLY = "25006";

  /** The statement was longer under way than the session allows. */
  private static final String QUERY_CANCELED = "57014";

  /**
   * A call that took longer than that is not repeated. The wait for a connection and that for an
   * answer end after a second each; who has waited for both would wait for a third one.
   */
  private static final Duration SOON = Duration.ofMillis(1_500);

  private final String name;
  private final Supplier<String> address;
  private final Schema schema;
  private final Connections connections;
  private final LongSupplier nanoTime;

  // made at the first question, because a command loads jOOQ's classes after it has started its
  // child; two threads may both make one, which does no harm
  private volatile @Nullable DSLContext sql;
  private volatile @Nullable String knownAddress; // a link that is changed later changes nothing

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

  /** How all statements are written. */
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
   * Asks, after a look at the schema the first time. When the connection breaks on the way, and
   * that does not take long, asks once more over another one: so a question must be one that may be
   * asked twice.
   *
   * @param purpose completes "cannot …"
   */
  public <T> T answer(String purpose, Function<DSLContext, T> question) {
    return answer(purpose, () -> question.apply(sql()));
  }

  /** The same for a question that needs no jOOQ. */
  public <T> T answer(String purpose, Supplier<T> question) {
    return translating(
        purpose,
        () -> {
          long begin = nanoTime.getAsLong();
          try {
            return asked(question);
          } catch (DataAccessException e) {
            if (!brokeOnTheWay(e) || nanoTime.getAsLong() - begin > SOON.toNanos()) {
              throw e;
            }
            return asked(question);
          }
        });
  }

  /** The same for what writes. */
  public <T> T write(String purpose, Function<DSLContext, T> change) {
    return write(purpose, () -> change.apply(sql()));
  }

  /** The same for what writes without jOOQ. */
  public <T> T write(String purpose, Supplier<T> change) {
    return answer(purpose, () -> connections.inTurn(change));
  }

  /**
   * Whether one statement can save several runs and say which, or find several: SQLite's writers
   * take turns anyway, and its readers go no way that they could share.
   */
  public boolean sharesStatements() {
    return connections.types() == Dialect.POSTGRES;
  }

  private <T> T asked(Supplier<T> question) {
    schema.ensure();
    try {
      return question.get();
    } catch (DataAccessException e) { // it may be another database that comes back
      schema.doubt();
      throw e;
    }
  }

  /** Returns which database this is, without a connection. */
  public DatabaseIdentity identity() {
    String place = knownAddress;
    if (place == null) {
      place = address.get();
      knownAddress = place;
    }
    return new DatabaseIdentity(place, schema.databaseId());
  }

  /** Does something else with the database. */
  public <T> T translating(String purpose, Supplier<T> work) {
    try {
      return work.get();
    } catch (DataAccessException e) {
      // jOOQ's own message has the whole statement in it
      SQLException reason = firstCause(e.getCause(SQLException.class));
      String said = reason == null ? e.getMessage() : reason.getMessage();
      if (reason != null && QUERY_CANCELED.equals(reason.getSQLState())) {
        throw new RepositoryTimeoutException(
            "cannot %s in %s: it takes the database too long".formatted(purpose, name), reason);
      }
      throw new RepositoryException(
          "cannot %s in %s: %s".formatted(purpose, name, firstLine(said)),
          reason == null ? e : reason);
    }
  }

  /** Of a wait for a connection in vain, why none could be opened. */
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
   * Whether the database refused just this, and might take something else; not that it is away,
   * busy or full.
   */
  public static boolean isRefusal(RepositoryException e) {
    return isViolation(e) || REFUSALS.stream().anyMatch(state(e)::startsWith);
  }

  /** Whether a constraint refused it, or one of our triggers. */
  public static boolean isViolation(RepositoryException e) {
    return e.getCause() instanceof SQLiteException sqlite
        ? (sqlite.getResultCode().code & 0xff) == SQLiteErrorCode.SQLITE_CONSTRAINT.code
        : state(e).startsWith("23");
  }

  private static String state(RepositoryException e) {
    return e.getCause() instanceof SQLException cause ? String.valueOf(cause.getSQLState()) : "";
  }

  /**
   * Whether it is unknown what became of a statement, or another connection may lead to where it
   * can be written; a connection that never was sent none.
   */
  private static boolean brokeOnTheWay(DataAccessException e) {
    SQLException cause = e.getCause(SQLException.class);
    String state = cause == null ? null : cause.getSQLState();
    return state != null
        && !(cause instanceof SQLTransientConnectionException)
        && (state.startsWith("08") || state.startsWith("57P") || state.equals(READ_ONLY));
  }
}
