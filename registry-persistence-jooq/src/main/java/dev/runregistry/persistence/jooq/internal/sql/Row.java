package dev.runregistry.persistence.jooq.internal.sql;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.List;
import org.jooq.Field;
import org.jooq.exception.DataAccessException;
import org.jspecify.annotations.Nullable;

/** The current row of a result; advances with it. */
public final class Row {
  private final ResultSet result;
  private final Dialect types;
  private final Columns columns;

  public Row(ResultSet result, Dialect types, Columns columns) {
    this.result = result;
    this.types = types;
    this.columns = columns;
  }

  /** Returns whether the column was selected. */
  public boolean has(Field<?> column) {
    return columns.cells.containsKey(column);
  }

  /** Returns the value of a column; null if the row has none. */
  public <T> @Nullable T get(Field<T> column) {
    try {
      return columns.of(column).read(result, types);
    } catch (SQLException e) {
      throw new DataAccessException("cannot read " + column.getName(), e);
    }
  }

  /** The columns that a statement selects, in its order. */
  public static final class Columns {
    private final List<Field<?>> fields;
    private final IdentityHashMap<Field<?>, Cell<?>> cells =
        new IdentityHashMap<>(); // they are constants

    public Columns(List<? extends Field<?>> fields) {
      this.fields = List.copyOf(fields);
      for (Field<?> field : fields) {
        cells.put(field, new Cell<>(cells.size() + 1, field.getType()));
      }
    }

    public List<Field<?>> fields() {
      return fields;
    }

    @SuppressWarnings("unchecked") // the cell of a field has its type
    private <T> Cell<T> of(Field<T> column) {
      return (Cell<T>) requireNonNull(cells.get(column), column.getName());
    }
  }

  /** The position of a column; its type is determined once, not for each row. */
  private record Cell<T>(int index, Class<T> type) {
    @Nullable T read(ResultSet row, Dialect types) throws SQLException {
      return types.read(row, index, type);
    }
  }
}
