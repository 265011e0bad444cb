package dev.runregistry.cli;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** Sets back when hosts were last seen, as if time had passed. */
final class SeenHosts {
  private SeenHosts() {}

  /** Sets back all homes of that host by an hour; returns their number. */
  static int setBack(DatabaseConfig config, String host) throws SQLException {
    String hourAgo =
        config.url().startsWith("jdbc:sqlite:")
            ? "strftime('%Y-%m-%dT%H:%M:%f000Z', last_seen, '-1 hour')"
            : "last_seen - interval '1 hour'";
    try (Connection connection =
            DriverManager.getConnection(config.url(), config.user(), config.password());
        Statement statement = connection.createStatement()) {
      return statement.executeUpdate(
          "UPDATE hosts SET last_seen = " + hourAgo + " WHERE host = '" + host + "'");
    }
  }

  /** Sets back all active runs by an hour, in a PostgreSQL of the test's own. */
  static void setBackStarts(DatabaseConfig config) throws SQLException {
    try (Connection connection =
            DriverManager.getConnection(config.url(), config.user(), config.password());
        Statement statement = connection.createStatement()) {
      statement.execute("SET session_replication_role = replica"); // the triggers refuse it
      statement.executeUpdate(
          "UPDATE tunix_runs SET created_at = created_at - interval '1 hour',"
              + " started_at = started_at - interval '1 hour'"
              + " WHERE status IN ('pending', 'running')");
    }
  }
}
