package dev.runregistry.persistence.jooq;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jooq.exception.DataAccessException;

/** What the role that the registry logs in as needs, once the tables are there. */
final class Privileges {
  private static final Map<String, List<String>> NEEDED =
      Map.of(
          "tunix_runs", List.of("SELECT", "INSERT", "UPDATE"),
          "run_chain", List.of("SELECT", "INSERT"),
          "idempotency_keys", List.of("SELECT", "INSERT", "UPDATE", "DELETE"),
          "database_identity", List.of("SELECT"),
          "flyway_schema_history", List.of("SELECT"));

  private Privileges() {}

  /** Returns those that are missing, in the order of the tables; none for SQLite. */
  static List<String> missing(Connections connections) {
    if (connections.types() == SqlTypes.SQLITE) {
      return List.of();
    }
    Connection connection = connections.acquire();
    try (PreparedStatement question =
        connection.prepareStatement("SELECT has_table_privilege(?, ?)")) {
      List<String> missing = new ArrayList<>();
      for (String table : NEEDED.keySet().stream().sorted().toList()) {
        for (String privilege : NEEDED.get(table)) {
          question.setString(1, table);
          question.setString(2, privilege);
          try (ResultSet answer = question.executeQuery()) {
            if (!answer.next() || !answer.getBoolean(1)) {
              missing.add(privilege + " on " + table);
            }
          }
        }
      }
      return missing;
    } catch (SQLException e) {
      throw new DataAccessException("cannot read the privileges", e);
    } finally {
      connections.release(connection);
    }
  }
}
