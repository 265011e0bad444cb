package dev.runregistry.persistence.jooq;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Query;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Carries out the statements that are needed all the time: jOOQ renders each of them once, which
 * takes it longer than the database takes to answer. Safe for use by many threads.
 */
final class Statements {
  private final Connections connections;
  private final SqlTypes types;
  private final Map<Object, String> rendered = new ConcurrentHashMap<>();

  Statements(Connections connections) {
    this.connections = connections;
    this.types = SqlTypes.of(connections.dialect());
  }

  /**
   * What is carried out.
   *
   * @param shape equal for statements that differ in nothing but their values; one of few
   * @param query makes such a statement
   * @param values for its parameters, in their order
   */
  record Statement(Object shape, Supplier<Query> query, List<? extends @Nullable Object> values) {}

  /** How many rows were written. */
  int write(Statement statement) {
    return prepared(statement, PreparedStatement::executeUpdate);
  }

  /** The rows that were found, in their order. */
  <T> List<T> read(Statement statement, Row.Columns columns, Function<Row, T> mapper) {
    return prepared(
        statement,
        prepared -> {
          try (ResultSet result = prepared.executeQuery()) {
            Row row = new Row(result, types, columns);
            List<T> found = new ArrayList<>();
            while (result.next()) {
              found.add(mapper.apply(row));
            }
            return found;
          }
        });
  }

  private interface Work<T> {
    T with(PreparedStatement statement) throws SQLException;
  }

  private <T> T prepared(Statement statement, Work<T> work) {
    String sql =
        rendered.computeIfAbsent(statement.shape(), shape -> statement.query().get().getSQL());
    Connection connection = connections.acquire();
    try (PreparedStatement prepared = connection.prepareStatement(sql)) {
      types.bind(prepared, statement.values());
      return work.with(prepared);
    } catch (SQLException e) {
      throw new DataAccessException("a statement failed", e);
    } finally {
      connections.release(connection);
    }
  }
}
