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
import org.jooq.Select;
import org.jooq.conf.ParamType;
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
   * @param valuesMatter whether the way to answer depends on the values: that of a list with a
   *     filter does, by how many rows it matches
   */
  record Statement(
      Object shape,
      Supplier<Query> query,
      List<? extends @Nullable Object> values,
      boolean valuesMatter) {
    /** One that is answered in the same way whatever the values. */
    Statement(Object shape, Supplier<Query> query, List<? extends @Nullable Object> values) {
      this(shape, query, values, false);
    }
  }

  /** How many rows were written. */
  int write(Statement statement) {
    return on(connection -> write(connection, statement));
  }

  /** The same over that connection. */
  int write(Connection connection, Statement statement) {
    return prepared(connection, statement, PreparedStatement::executeUpdate);
  }

  /** The rows that were found, in their order. */
  <T> List<T> read(Statement statement, Row.Columns columns, Function<Row, T> mapper) {
    return on(
        connection ->
            prepared(
                connection,
                statement,
                prepared -> {
                  try (ResultSet result = prepared.executeQuery()) {
                    return rows(result, types, columns, mapper);
                  }
                }));
  }

  /** What a statement without parameters finds over that connection. */
  static <T> List<T> read(
      Connection connection,
      Select<?> query,
      SqlTypes types,
      Row.Columns columns,
      Function<Row, T> mapper) {
    try (java.sql.Statement statement = connection.createStatement();
        ResultSet result = statement.executeQuery(query.getSQL(ParamType.INLINED))) {
      return rows(result, types, columns, mapper);
    } catch (SQLException e) {
      throw new DataAccessException("a statement failed", e);
    }
  }

  private static <T> List<T> rows(
      ResultSet result, SqlTypes types, Row.Columns columns, Function<Row, T> mapper)
      throws SQLException {
    Row row = new Row(result, types, columns);
    List<T> found = new ArrayList<>();
    while (result.next()) {
      found.add(mapper.apply(row));
    }
    return found;
  }

  private interface Work<T> {
    T with(PreparedStatement statement) throws SQLException;
  }

  private <T> T on(Function<Connection, T> work) {
    Connection connection = connections.acquire();
    try {
      return work.apply(connection);
    } finally {
      connections.release(connection);
    }
  }

  private <T> T prepared(Connection connection, Statement statement, Work<T> work) {
    String sql =
        rendered.computeIfAbsent(statement.shape(), shape -> statement.query().get().getSQL());
    try (PreparedStatement prepared = connection.prepareStatement(sql)) {
      if (statement.valuesMatter()) {
        connections.planForValues(prepared);
      }
      types.bind(prepared, statement.values());
      return work.with(prepared);
    } catch (SQLException e) {
      throw new DataAccessException("a statement failed", e);
    }
  }
}
