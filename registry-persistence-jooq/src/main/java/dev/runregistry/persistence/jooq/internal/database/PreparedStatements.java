package dev.runregistry.persistence.jooq.internal.database;

import static java.util.Objects.requireNonNull;

import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import dev.runregistry.persistence.jooq.internal.sql.Row;
import dev.runregistry.run.RunId;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jooq.Select;
import org.jooq.conf.ParamType;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/**
 * Executes the frequent statements, and caches their rendered SQL: rendering in jOOQ costs more
 * than executing it. Safe for use by many threads.
 */
public final class PreparedStatements {
  private final Connections connections;
  private final Dialect types;
  private final Map<Object, String> texts = new ConcurrentHashMap<>();

  public PreparedStatements(Connections connections) {
    this.connections = connections;
    this.types = connections.types();
  }

  /**
   * A statement with its values.
   *
   * @param cacheKey the cache key: equal for statements that differ only in their values; one of
   *     few
   * @param text renders the text of such a statement
   * @param values of its parameters, in their order
   * @param planPerValue whether the best plan depends on the values: that of a list with a filter
   *     does, by the number of matching rows
   */
  public record Statement(
      Object cacheKey,
      Supplier<String> text,
      List<? extends @Nullable Object> values,
      boolean planPerValue) {
    /** Creates a statement with the same plan for all values. */
    public Statement(
        Object cacheKey, Supplier<String> text, List<? extends @Nullable Object> values) {
      this(cacheKey, text, values, false);
    }
  }

  /** Executes a write, and returns the number of rows written. */
  public int write(Statement statement) {
    return over(connection -> write(connection, statement));
  }

  /** Executes a write over that connection. */
  public int write(Connection connection, Statement statement) {
    return prepared(connection, statement, PreparedStatement::executeUpdate);
  }

  /** Returns the rows found, in their order. */
  public <T> List<T> read(Statement statement, Row.Columns columns, Function<Row, T> mapper) {
    return query(statement, result -> rows(result, types, columns, mapper));
  }

  /** Returns the ids found by a statement that selects only ids. */
  public Set<RunId> readIds(Statement statement) {
    return query(
        statement,
        result -> {
          Set<RunId> ids = new HashSet<>();
          while (result.next()) {
            ids.add(new RunId(requireNonNull(types.read(result, 1, UUID.class))));
          }
          return ids;
        });
  }

  private interface Reading<T> {
    T of(ResultSet result) throws SQLException;
  }

  private <T> T query(Statement statement, Reading<T> reading) {
    return over(
        connection ->
            prepared(
                connection,
                statement,
                prepared -> {
                  try (ResultSet result = prepared.executeQuery()) {
                    return reading.of(result);
                  }
                }));
  }

  /** Returns the rows found by a statement without parameters over that connection. */
  public static <T> List<T> read(
      Connection connection,
      Select<?> query,
      Dialect types,
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
      ResultSet result, Dialect types, Row.Columns columns, Function<Row, T> mapper)
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

  /** Work that needs a connection for longer than one statement. */
  public interface Task<T> {
    T over(Connection connection) throws SQLException;
  }

  /** Executes a task over one connection, in auto-commit mode unless the task changes that. */
  public <T> T over(Task<T> task) {
    Connection connection = connections.acquire();
    try {
      return task.over(connection);
    } catch (SQLException e) {
      throw new DataAccessException("a statement failed", e);
    } finally {
      connections.release(connection);
    }
  }

  private <T> T prepared(Connection connection, Statement statement, Work<T> work) {
    String sql = texts.computeIfAbsent(statement.cacheKey(), shape -> statement.text().get());
    try (PreparedStatement prepared = connection.prepareStatement(sql)) {
      if (statement.planPerValue()) {
        connections.useCustomPlan(prepared);
      }
      types.bind(prepared, statement.values());
      return work.with(prepared);
    } catch (SQLException e) {
      throw new DataAccessException("a statement failed", e);
    }
  }
}
