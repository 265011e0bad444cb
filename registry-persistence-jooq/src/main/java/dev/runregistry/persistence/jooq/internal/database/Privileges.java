package dev.runregistry.persistence.jooq.internal.database;

import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jooq.exception.DataAccessException;

/** The privileges that the registry's role needs, once the tables exist. */
public final class Privileges {
  private static final List<Needed> NEEDED =
      List.of(
          new Needed("tunix_runs", List.of("SELECT", "INSERT", "UPDATE")),
          new Needed("run_chain", List.of("SELECT", "INSERT")),
          new Needed("idempotency_keys", List.of("SELECT", "INSERT", "UPDATE", "DELETE")),
          new Needed("run_cancel_requests", List.of("SELECT", "INSERT", "DELETE")),
          new Needed("hosts", List.of("SELECT", "INSERT", "UPDATE", "DELETE")),
          new Needed("host_retirements", List.of("SELECT", "INSERT")),
          new Needed("run_homes", List.of("SELECT", "INSERT", "UPDATE", "DELETE")),
          new Needed("run_tags", List.of("SELECT", "INSERT")),
          new Needed("database_identity", List.of("SELECT")));

  /** The privileges needed on one table. */
  private record Needed(String table, List<String> privileges) {}

  private Privileges() {}

  /** Returns the names of all tables but the history of the migrations. */
  public static List<String> tables() {
    return NEEDED.stream().map(Needed::table).toList();
  }

  /** Returns the missing privileges, in the order of the tables; none for SQLite. */
  public static List<String> missing(Connections connections) {
    if (connections.types() == Dialect.SQLITE) {
      return List.of();
    }
    Connection connection = connections.acquire();
    try (PreparedStatement question =
        connection.prepareStatement("SELECT has_table_privilege(?, ?)")) {
      List<String> missing = new ArrayList<>();
      for (Needed needed : needed(connections, connection)) {
        for (String privilege : needed.privileges()) {
          question.setString(1, needed.table());
          question.setString(2, privilege);
          try (ResultSet answer = question.executeQuery()) {
            if (!answer.next() || !answer.getBoolean(1)) {
              missing.add(privilege + " on " + needed.table());
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

  private static List<Needed> needed(Connections connections, Connection connection)
      throws SQLException {
    String history = SchemaHistory.of(connections).table(connection).orElse(SchemaHistory.TABLE);
    return Stream.concat(NEEDED.stream(), Stream.of(new Needed(history, List.of("SELECT"))))
        .toList();
  }
}
