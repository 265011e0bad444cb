package dev.runregistry.persistence.jooq.internal.database;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jooq.exception.DataAccessException;

/**
 * What a database server reports of itself.
 *
 * @param product its name and version
 * @param isReadOnly whether it accepts no writes
 * @param ahead by how much its clock is ahead of that of this host
 */
public record ServerState(String product, boolean isReadOnly, Duration ahead) {
  private static final String POSTGRES =
      "SELECT current_setting('server_version'), current_setting('transaction_read_only') = 'on',"
          + " clock_timestamp()";

  /** Queries it over a connection of the pool. */
  public static ServerState of(DatabaseConfig config, Connections connections) {
    Connection connection = connections.acquire();
    try (Statement statement = connection.createStatement()) {
      return connections.types() == Dialect.SQLITE
          ? sqlite(config, statement)
          : postgres(statement);
    } catch (SQLException e) {
      throw new DataAccessException("cannot read its version", e);
    } finally {
      connections.release(connection);
    }
  }

  private static ServerState sqlite(DatabaseConfig config, Statement statement)
      throws SQLException {
    try (ResultSet row = statement.executeQuery("SELECT sqlite_version()")) {
      row.next();
      return new ServerState(
          "SQLite " + row.getString(1), ReadOnlyFile.is(config.file()), Duration.ZERO);
    }
  }

  private static ServerState postgres(Statement statement) throws SQLException {
    Instant before = Instant.now();
    try (ResultSet row = statement.executeQuery(POSTGRES)) {
      row.next();
      Duration took = Duration.between(before, Instant.now());
      Instant there = row.getObject(3, OffsetDateTime.class).toInstant();
      return new ServerState(
          "PostgreSQL " + row.getString(1).replaceFirst(" .*", ""),
          row.getBoolean(2),
          Duration.between(before.plus(took.dividedBy(2)), there));
    }
  }
}
