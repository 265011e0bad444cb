package dev.runregistry.persistence.jooq.internal.chain;

import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.host.HostRetirement;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;

/**
 * Records endings and retirements of hosts in a database, each with its link in the chain: both or
 * neither. The runs of one call have different ids and are all saved or none.
 */
public interface EndingWriter {
  public static EndingWriter in(Dialect types, PreparedStatements statements) {
    return types == Dialect.SQLITE
        ? new SqliteEndingWriter(statements)
        : new PostgresEndingWriter(statements);
  }

  /** Returns the ids of those that were stored; the others have an ending on record already. */
  Set<RunId> save(List<Run> runs);

  /**
   * Records a retirement, unless a home of the host was seen after that time; returns whether it
   * was recorded by this call.
   */
  boolean saveRetirement(HostRetirement retirement, Instant unseenBefore);

  /**
   * Appends links for runs that are on record already, within the caller's transaction.
   *
   * @param version the version of their canonical form
   */
  public static void backfill(DSLContext sql, List<Run> runs, int version) {
    if (sql.dialect() == SQLDialect.SQLITE) {
      SqliteEndingWriter.backfill(sql, runs, version);
    } else {
      PostgresEndingWriter.backfill(sql, runs, version);
    }
  }
}
