package dev.runregistry.persistence.jooq.internal;

import dev.runregistry.run.Timestamps;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jooq.BindingGetResultSetContext;
import org.jooq.BindingSQLContext;
import org.jooq.BindingSetStatementContext;
import org.jooq.Converter;
import org.jooq.SQLDialect;
import org.jooq.impl.AbstractBinding;
import org.jspecify.annotations.Nullable;

/**
 * The stored form of an instant: a type of its own in PostgreSQL; in SQLite text in UTC, always
 * with six digits of the second's fraction, because only texts of one shape sort as times do.
 */
public final class InstantBinding extends AbstractBinding<OffsetDateTime, Instant> {
  private static final long serialVersionUID = 1L;

  /** For the generated classes. */
  public InstantBinding() {}

  @Override
  public Converter<OffsetDateTime, Instant> converter() {
    return Converter.ofNullable(
        OffsetDateTime.class,
        Instant.class,
        OffsetDateTime::toInstant,
        instant -> instant.atOffset(ZoneOffset.UTC));
  }

  @Override
  protected void sqlBind(BindingSQLContext<Instant> context) {
    context.render().sql('?');
  }

  @Override
  public void set(BindingSetStatementContext<Instant> context) throws SQLException {
    set(context.statement(), context.index(), context.value(), isSqlite(context.family()));
  }

  /** Binds an instant, or null, to a parameter of a statement. */
  public static void set(
      PreparedStatement statement, int index, @Nullable Instant at, boolean sqlite)
      throws SQLException {
    if (sqlite) {
      statement.setString(index, at == null ? null : Timestamps.text(at));
    } else {
      OffsetDateTime value = at == null ? null : at.atOffset(ZoneOffset.UTC);
      statement.setObject(index, value, Types.TIMESTAMP_WITH_TIMEZONE);
    }
  }

  @Override
  public void get(BindingGetResultSetContext<Instant> context) throws SQLException {
    context.value(get(context.resultSet(), context.index(), isSqlite(context.family())));
  }

  /** Reads an instant from a row; null if it has none. */
  public static @Nullable Instant get(ResultSet row, int index, boolean sqlite)
      throws SQLException {
    return sqlite ? parsed(row.getString(index)) : instant(row, index);
  }

  private static boolean isSqlite(SQLDialect family) {
    return family == SQLDialect.SQLITE;
  }

  private static @Nullable Instant parsed(@Nullable String text) {
    return text == null ? null : Instant.parse(text);
  }

  private static @Nullable Instant instant(ResultSet row, int index) throws SQLException {
    OffsetDateTime value = row.getObject(index, OffsetDateTime.class);
    return value == null ? null : value.toInstant();
  }
}
