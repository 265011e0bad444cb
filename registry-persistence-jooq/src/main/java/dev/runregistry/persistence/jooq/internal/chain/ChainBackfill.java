package dev.runregistry.persistence.jooq.internal.chain;

import static dev.runregistry.persistence.jooq.generated.tables.TunixRuns.TUNIX_RUNS;
import static org.jooq.impl.DSL.noCondition;

import dev.runregistry.persistence.jooq.internal.database.Database;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import dev.runregistry.persistence.jooq.internal.sql.Row;
import dev.runregistry.persistence.jooq.internal.sql.RunMapper;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunStatus;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.flywaydb.core.api.MigrationVersion;
import org.flywaydb.core.api.callback.Callback;
import org.flywaydb.core.api.callback.Context;
import org.flywaydb.core.api.callback.Event;
import org.jooq.Condition;
import org.jooq.DSLContext;
import org.jooq.SQLDialect;
import org.jooq.impl.DSL;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds links for the runs that had ended before there was a chain, within the transaction of the
 * migration that creates the chain: from then on each finished run has one, and a run inserted
 * later cannot be passed off as older. That they are as they were recorded cannot be proved; the
 * links state that they were backfilled, and with what digest.
 *
 * <p>Reads the columns of version 4 only, because later ones do not exist yet, and computes digests
 * in the version of the canonical form at that time.
 */
public final class ChainBackfill implements Callback {
  private static final Logger log = LoggerFactory.getLogger(ChainBackfill.class);
  private static final MigrationVersion VERSION = MigrationVersion.fromVersion("4");
  private static final int FORM_VERSION = 1;
  private static final int PIECE = 500;
  private static final List<String> ENDED =
      Arrays.stream(RunStatus.values()).filter(RunStatus::isFinal).map(RunStatus::text).toList();

  private final SQLDialect dialect;

  public ChainBackfill(SQLDialect dialect) {
    this.dialect = dialect;
  }

  @Override
  public boolean supports(Event event, Context context) { // the context may be null here
    return event == Event.AFTER_EACH_MIGRATE;
  }

  @Override
  public boolean canHandleInTransaction(Event event, Context context) {
    return true;
  }

  @Override
  public String getCallbackName() {
    return "seal finished runs";
  }

  @Override
  public void handle(Event event, Context context) {
    if (context.getMigrationInfo().getVersion().equals(VERSION)) {
      backfill(context.getConnection());
    }
  }

  private void backfill(Connection connection) {
    DSLContext sql = DSL.using(connection, dialect, Database.settings());
    Condition rest = noCondition();
    long backfilled = 0;
    for (List<UUID> ids = ended(sql, rest); !ids.isEmpty(); ids = ended(sql, rest)) {
      UUID last = ids.get(ids.size() - 1);
      Condition these = rest.and(TUNIX_RUNS.RUN_ID.le(last)).and(TUNIX_RUNS.STATUS.in(ENDED));
      List<Run> runs =
          PreparedStatements.read(
                  connection,
                  sql.select(RunMapper.RUN_OF_VERSION_4.fields()).from(TUNIX_RUNS).where(these),
                  Dialect.of(dialect),
                  RunMapper.RUN_OF_VERSION_4,
                  ChainBackfill::readable)
              .stream()
              .flatMap(Optional::stream)
              .toList();
      if (!runs.isEmpty()) {
        EndingWriter.backfill(sql, runs, FORM_VERSION);
      }
      backfilled += runs.size();
      rest = TUNIX_RUNS.RUN_ID.gt(last);
    }
    if (backfilled > 0) {
      log.info("{} finished runs are in the chain now", backfilled);
    }
  }

  private static List<UUID> ended(DSLContext sql, Condition rest) {
    return sql.select(TUNIX_RUNS.RUN_ID)
        .from(TUNIX_RUNS)
        .where(TUNIX_RUNS.STATUS.in(ENDED))
        .and(rest)
        .orderBy(TUNIX_RUNS.RUN_ID)
        .limit(PIECE)
        .fetch(TUNIX_RUNS.RUN_ID);
  }

  private static Optional<Run> readable(Row row) {
    try {
      return Optional.of(RunMapper.toRun(row));
    } catch (RuntimeException e) { // one corrupt run must not prevent all others from working
      log.warn("a run gets no link, it is not as a registry writes it: {}", e.getMessage());
      return Optional.empty();
    }
  }
}
