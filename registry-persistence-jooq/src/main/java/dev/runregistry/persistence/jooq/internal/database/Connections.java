package dev.runregistry.persistence.jooq.internal.database;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.ConnectionProvider;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one database, in auto-commit mode. Opens them on demand, and waits for none much
 * longer than a second. Safe for use by many threads.
 */
public interface Connections extends ConnectionProvider, AutoCloseable {
  public static Connections to(DatabaseConfig config) {
    return to(config, config::password);
  }

  /** Returns connections with a password supplied for each new one; SQLite has none. */
  public static Connections to(DatabaseConfig config, Supplier<@Nullable String> password) {
    return config.isSqlite()
        ? new SqliteConnections(config)
        : new PostgresConnections(config, password);
  }

  /** Returns connections out of the pool of an application, to tables in that schema. */
  public static Connections shared(DataSource source, Optional<String> schema) {
    return new SharedConnections(source, schema);
  }

  /** Returns the schema of the tables; empty if connections have it in their search path. */
  default Optional<String> schema() {
    return Optional.empty();
  }

  /** Returns the dialect of the database. */
  Dialect types();

  /** Returns the dialect for jOOQ, which loads jOOQ; see {@link RunUpsert}. */
  default SQLDialect dialect() {
    return types() == Dialect.SQLITE ? SQLDialect.SQLITE : SQLDialect.POSTGRES;
  }

  /**
   * Requests a plan for the values of a statement, if the database would otherwise use a generic
   * one.
   */
  default void useCustomPlan(PreparedStatement statement) throws SQLException {}

  /**
   * Executes migrations: new connections with longer timeouts, closed at the end. Of all processes
   * that migrate the same database at once, one works at a time.
   */
  <T> T withMigrationDataSource(Function<DataSource, T> work);

  /**
   * Reads over a connection of its own, with longer timeouts and without changing anything, from
   * one snapshot.
   */
  <T> T inSnapshot(Function<Connection, T> work);

  /** Work over one connection. */
  interface Writing<T> {
    T over(Connection connection) throws SQLException;
  }

  /**
   * Writes in one transaction over a connection of its own, with longer timeouts; if the work
   * throws, nothing is written.
   */
  <T> T inTransaction(Writing<T> work);

  /**
   * Executes writes, over a connection of their own. If only one writer at a time can work, those
   * of this process are served in the order of their calls.
   */
  default <T> T serialized(Supplier<T> work) {
    return work.get();
  }

  /**
   * Closes the idle connections if the file that they were opened on was replaced; those in use are
   * closed when they are released.
   *
   * @return whether it was replaced: then it may be another database
   */
  default boolean reopenIfReplaced() {
    return false;
  }

  /** Never throws: failures are logged. */
  @Override
  void close();
}
