package dev.runregistry.persistence.jooq.internal.database;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jooq.ConnectionProvider;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/**
 * Connections to one database, in auto-commit mode. Opens none before it is asked for one, and
 * waits for none much longer than a second. Safe for use by many threads.
 */
public interface Connections extends ConnectionProvider, AutoCloseable {
  public static Connections to(DatabaseConfig config) {
    return to(config, config::password);
  }

  /** The same with a password that is asked for each new connection; SQLite has none. */
  public static Connections to(DatabaseConfig config, Supplier<@Nullable String> password) {
    return config.isSqlite()
        ? new SqliteConnections(config)
        : new PostgresConnections(config, password);
  }

  /** Which database it is. */
  Dialect types();

  /** The same for jOOQ; who does not need that does not ask, see {@link RunUpsert}. */
  default SQLDialect dialect() {
    return types() == Dialect.SQLITE ? SQLDialect.SQLITE : SQLDialect.POSTGRES;
  }

  /**
   * Has the way to answer a statement be found for its values, where the database would else find
   * one for any.
   */
  default void planForValues(PreparedStatement statement) throws SQLException {}

  /**
   * For migrations: new connections with more patience, closed when the work is done. Of all
   * processes that migrate the same database at once, one works at a time.
   */
  <T> T patiently(Function<DataSource, T> work);

  /**
   * Reads over a connection of its own, with more patience and without a change to anything; all
   * that is read was there at one moment.
   */
  <T> T inSnapshot(Function<Connection, T> work);

  /**
   * Does what writes, over a connection of its own. Where one writer at a time can work, those of
   * this process go in the order in which they came.
   */
  default <T> T inTurn(Supplier<T> work) {
    return work.get();
  }

  /**
   * Closes the connections that are not in use if what they were opened on is no longer what has
   * its name; those in use are closed when they are released.
   *
   * @return whether it was so: then another database may be there
   */
  default boolean reopenIfReplaced() {
    return false;
  }

  /** Never throws: what cannot be closed is logged. */
  @Override
  void close();
}
