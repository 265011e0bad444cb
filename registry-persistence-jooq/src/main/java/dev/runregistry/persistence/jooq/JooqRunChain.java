package dev.runregistry.persistence.jooq;

import static dev.runregistry.persistence.jooq.generated.tables.HostRetirements.HOST_RETIREMENTS;
import static dev.runregistry.persistence.jooq.generated.tables.RunChain.RUN_CHAIN;
import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static java.util.Objects.requireNonNull;
import static org.jooq.impl.DSL.lateral;
import static org.jooq.impl.DSL.noCondition;

import dev.runregistry.persistence.jooq.internal.chain.ChainAppender;
import dev.runregistry.persistence.jooq.internal.chain.ChainMapper;
import dev.runregistry.persistence.jooq.internal.database.Connections;
import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.Schema;
import dev.runregistry.persistence.jooq.internal.database.SchemaHistory;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import dev.runregistry.persistence.jooq.internal.sql.Row;
import dev.runregistry.persistence.jooq.internal.sql.RunMapper;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.UnreadableRunException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import org.jooq.Condition;
import org.jooq.Cursor;
import org.jooq.DSLContext;
import org.jooq.Field;
import org.jooq.Record2;
import org.jooq.SQLDialect;
import org.jooq.Table;
import org.jooq.TableLike;
import org.jooq.exception.DataAccessException;
import org.jooq.impl.DSL;

/**
 * Reads the chain in pieces, all of one snapshot: for a cursor over all of it, a database may
 * decide to sort millions of outputs first. Nothing is migrated or written for it.
 */
final class JooqRunChain implements RunChain {
  private static final int LINKS = 256; // with the largest outputs, 5 MB
  private static final int RUNS = 2_000;

  /** The statuses of active runs; every other text counts as ended. */
  private static final Set<String> NOT_ENDED =
      Set.of(RunStatus.PENDING.text(), RunStatus.RUNNING.text());

  private final Database database;
  private final Connections connections;

  JooqRunChain(Database database, Connections connections) {
    this.database = database;
    this.connections = connections;
  }

  @Override
  public void read(Visitor visitor) {
    database.translateExceptions(
        "read the chain of runs",
        () ->
            connections.inSnapshot(
                connection -> {
                  requireChain(connection);
                  new Scan(
                          connection,
                          DSL.using(connection, connections.dialect(), Database.settings()),
                          visitor)
                      .run();
                  return true;
                }));
  }

  @Override
  public ChainHead append(Iterator<ChainEntry> entries) {
    database.answer("import runs", () -> true); // migrates the schema if it is outdated
    return database.translateExceptions(
        "import runs",
        () ->
            connections.inTransaction(
                connection -> new ChainAppender(connection, connections.types()).append(entries)));
  }

  private void requireChain(Connection connection) {
    int version = version(connection);
    if (version != Schema.VERSION) {
      throw new DataAccessException(
          version == 0
              ? "there are no tables of the registry"
              : "the schema has version %d, this program has %d: migrate it, or a copy of it"
                  .formatted(version, Schema.VERSION));
    }
  }

  private int version(Connection connection) {
    try {
      return SchemaHistory.of(connections).version(connection);
    } catch (SQLException e) {
      throw new DataAccessException("cannot read the version of the schema", e);
    }
  }

  /** One scan, in one snapshot. */
  private static final class Scan {
    private final Connection connection;
    private final DSLContext sql;
    private final Visitor visitor;
    private final ChainMapper rows;
    private final boolean sqlite;

    Scan(Connection connection, DSLContext sql, Visitor visitor) {
      this.connection = connection;
      this.sql = sql;
      this.visitor = visitor;
      rows = new ChainMapper(sql.dialect());
      sqlite = sql.dialect() == SQLDialect.SQLITE;
    }

    void run() {
      searchEachRow();
      Condition rest = noCondition();
      for (List<Long> piece = emit(rest); !piece.isEmpty(); piece = emit(rest)) {
        rest = RUN_CHAIN.LINK_NUMBER.gt(piece.get(piece.size() - 1));
      }
      if (sqlite) { // where an id may be any text
        emitUnchainedRetirements(HOST_RETIREMENTS.RETIREMENT_ID.coerce(String.class));
        emitUnchained(TUNIX_RUNS.RUN_ID.coerce(String.class));
      } else {
        emitUnchainedRetirements(HOST_RETIREMENTS.RETIREMENT_ID);
        readWholeTables();
        emitUnchained(TUNIX_RUNS.RUN_ID);
      }
    }

    /**
     * Lets PostgreSQL search rows by their keys, in the order of the keys. Without statistics, or
     * with those of an empty table, it would read all rows for each piece, or sort them.
     */
    private void searchEachRow() {
      plan("enable_seqscan", "off");
      plan("enable_bitmapscan", "off");
    }

    private void readWholeTables() {
      plan("enable_seqscan", "on");
      plan("enable_nestloop", "off");
    }

    private void plan(String setting, String value) {
      if (!sqlite) {
        sql.execute("SET LOCAL " + setting + " = " + value);
      }
    }

    /** Emits the first links of the rest, and returns their numbers. */
    private List<Long> emit(Condition rest) {
      return PreparedStatements.read(
          connection,
          sql.select(rows.both.fields())
              .from(RUN_CHAIN)
              .leftJoin(one(TUNIX_RUNS, TUNIX_RUNS.RUN_ID, RUN_CHAIN.RUN_ID))
              .on(TUNIX_RUNS.RUN_ID.eq(RUN_CHAIN.RUN_ID))
              .leftJoin(one(HOST_RETIREMENTS, HOST_RETIREMENTS.RETIREMENT_ID, RUN_CHAIN.RUN_ID))
              .on(HOST_RETIREMENTS.RETIREMENT_ID.eq(RUN_CHAIN.RUN_ID))
              .where(rest)
              .orderBy(RUN_CHAIN.LINK_NUMBER)
              .limit(LINKS),
          Dialect.of(sql.dialect()),
          rows.both,
          this::emit);
    }

    /**
     * Returns what to join for the one row with that key. In PostgreSQL it is a statement within
     * the statement: the row can only be searched by its key then.
     */
    private <T> TableLike<?> one(Table<?> table, Field<T> key, Field<T> value) {
      return sqlite
          ? table
          : lateral(sql.selectFrom(table).where(key.eq(value)).limit(1)).as(table.getName());
    }

    private long emit(Row row) {
      long number = ChainMapper.number(row);
      ChainLink link;
      try {
        link = rows.toLink(row);
      } catch (RuntimeException e) { // only the stored values can cause a failure here
        visitor.unreadableLink(number, ChainMapper.reason(e));
        return number;
      }
      visitor.link(link, rows.toRecord(link, row));
      return number;
    }

    /**
     * Reads the ids in one statement, which needs no order: for pieces, PostgreSQL reads all links
     * again for each.
     */
    private <T> void emitUnchained(Field<T> id) {
      try (Cursor<Record2<T, String>> found =
          sql.select(id, TUNIX_RUNS.STATUS)
              .from(TUNIX_RUNS)
              .leftJoin(RUN_CHAIN)
              .on(RUN_CHAIN.RUN_ID.eq(TUNIX_RUNS.RUN_ID))
              .where(RUN_CHAIN.LINK_NUMBER.isNull().or(TUNIX_RUNS.STATUS.in(NOT_ENDED)))
              .fetchSize(RUNS)
              .fetchLazy()) {
        found.forEach(run -> emitUnchained(id, run.value1(), run.value2()));
      }
    }

    private void emitUnchainedRetirements(Field<?> id) {
      sql.select(id)
          .from(HOST_RETIREMENTS)
          .leftJoin(one(RUN_CHAIN, RUN_CHAIN.RUN_ID, HOST_RETIREMENTS.RETIREMENT_ID))
          .on(RUN_CHAIN.RUN_ID.eq(HOST_RETIREMENTS.RETIREMENT_ID))
          .where(RUN_CHAIN.LINK_NUMBER.isNull())
          .fetch()
          .forEach(row -> visitor.unchainedRetirement(String.valueOf(row.get(0))));
    }

    private <T> void emitUnchained(Field<T> field, T id, String status) {
      if (NOT_ENDED.contains(status)) {
        tellActive(field.eq(id), String.valueOf(id));
      } else {
        visitor.unchained(String.valueOf(id));
      }
    }

    private void tellActive(Condition one, String id) {
      try {
        PreparedStatements.read(
            connection,
            sql.select(RunMapper.RUN.fields()).from(TUNIX_RUNS).where(one),
            Dialect.of(sql.dialect()),
            RunMapper.RUN,
            row -> RunMapper.readable(row, RunMapper::toRun));
      } catch (UnreadableRunException e) {
        visitor.unreadableRun(id, ChainMapper.reason(requireNonNull(e.getCause())));
      }
    }
  }
}
