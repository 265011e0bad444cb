package dev.runregistry.persistence.jooq.internal.sql;

import dev.runregistry.persistence.jooq.internal.InstantBinding;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import org.jooq.SQLDialect;
import org.jspecify.annotations.Nullable;

/** The conversion of values to and from statements and rows of one of the databases. */
public enum Dialect {
  POSTGRES,
  SQLITE; // has no types for ids and times: both are texts

  public static Dialect of(SQLDialect dialect) {
    return dialect == SQLDialect.SQLITE ? SQLITE : POSTGRES;
  }

  /** Binds all parameters of a statement, in their order. */
  public void bind(PreparedStatement statement, Iterable<? extends @Nullable Object> values)
      throws SQLException {
    int index = 1;
    for (Object value : values) {
      bind(statement, index++, value);
    }
  }

  private void bind(PreparedStatement statement, int index, @Nullable Object value)
      throws SQLException {
    if (value instanceof Instant at) {
      InstantBinding.set(statement, index, at, this == SQLITE);
    } else if (value instanceof UUID && this == SQLITE) {
      statement.setString(index, value.toString());
    } else {
      statement.setObject(index, value);
    }
  }

  /** Reads a value; null if the row has none. */
  public <T> @Nullable T read(ResultSet row, int index, Class<T> type) throws SQLException {
    Object value = value(row, index, type);
    return row.wasNull() ? null : type.cast(value);
  }

  // by the getter of each type: SQLite's driver has no other way that reads null
  private @Nullable Object value(ResultSet row, int index, Class<?> type) throws SQLException {
    if (type == Instant.class) {
      return InstantBinding.get(row, index, this == SQLITE);
    }
    if (type == UUID.class) {
      return this == SQLITE ? id(row.getString(index)) : row.getObject(index);
    }
    if (type == Integer.class) {
      return row.getInt(index);
    }
    if (type == Long.class) {
      return row.getLong(index);
    }
    if (type == byte[].class) {
      return row.getBytes(index);
    }
    if (type == Boolean.class) {
      return row.getBoolean(index);
    }
    return type == Double.class ? (Object) row.getDouble(index) : row.getString(index);
  }

  private static @Nullable UUID id(@Nullable String text) {
    return text == null ? null : UUID.fromString(text);
  }
}
