package dev.runregistry.persistence.jooq.internal.chain;

import static org.jooq.impl.DSL.inline;

import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.PreparedStatements.Statement;
import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.audit.CanonicalRetirement;
import dev.runregistry.run.audit.CanonicalRun;
import dev.runregistry.run.host.HostRetirement;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.QueryPart;
import org.jooq.impl.DSL;
import org.jspecify.annotations.Nullable;

/**
 * Uses one statement, so that no connection can break and no program stop between a run and its
 * link. A trigger numbers the links and chains them, one transaction at a time, and the rows of the
 * runs are written before that lock is acquired.
 */
public final class PostgresEndingWriter implements EndingWriter {
  // the sort needs all rows of the runs before the first link is made: the holder of the chain lock
  // must not wait for a run that another transaction is saving
  private static final String SAVE =
      "WITH saved AS (%s returning tunix_runs.run_id)"
          + " INSERT INTO run_chain (run_id, form, run_digest, sealed)"
          + " SELECT saved.run_id, %d, digests.run_digest, false"
          + " FROM saved JOIN (VALUES %s) AS digests (run_id, run_digest)"
          + " ON digests.run_id = saved.run_id ORDER BY saved.run_id RETURNING run_id";

  private static final String RETIRE =
      "WITH retired AS (INSERT INTO host_retirements"
          + " (retirement_id, host, user_name, retired_at, reason)"
          + " SELECT ?, ?, ?, ?, ? WHERE NOT EXISTS"
          + " (SELECT FROM hosts WHERE host = ? AND last_seen > ?)"
          + " ON CONFLICT (retirement_id) DO NOTHING RETURNING retirement_id)"
          + " INSERT INTO run_chain (run_id, form, run_digest, sealed)"
          + " SELECT retirement_id, "
          + CanonicalRetirement.VERSION
          + ", ?, false FROM retired";

  private static final String SEAL =
      "INSERT INTO run_chain (run_id, form, run_digest, sealed)"
          + " SELECT run_id, {0}, run_digest, true"
          + " FROM (VALUES {1}) AS digests (run_id, run_digest) ORDER BY run_id";

  private final PreparedStatements statements;

  public PostgresEndingWriter(PreparedStatements statements) {
    this.statements = statements;
  }

  @Override
  public Set<RunId> save(List<Run> runs) {
    return statements.readIds(statement(RunUpsert.sortedById(runs)));
  }

  private static Statement statement(List<Run> runs) {
    List<@Nullable Object> values = RunUpsert.values(runs);
    for (Run run : runs) {
      values.add(run.id().value());
      values.add(digest(run, CanonicalRun.CURRENT_VERSION));
    }
    return new Statement(List.of("end", runs.size()), () -> text(runs), values);
  }

  private static String text(List<Run> runs) {
    String digests = String.join(", ", Collections.nCopies(runs.size(), "(?, ?)"));
    return SAVE.formatted(RunUpsert.text(runs), CanonicalRun.CURRENT_VERSION, digests);
  }

  @Override
  public boolean saveRetirement(HostRetirement retirement, Instant unseenBefore) {
    return statements.write(
            new Statement(
                "retire",
                () -> RETIRE,
                List.of(
                    retirement.id(),
                    retirement.host(),
                    retirement.user(),
                    retirement.at(),
                    retirement.reason(),
                    retirement.host(),
                    unseenBefore,
                    CanonicalRetirement.digest(retirement).bytes())))
        == 1;
  }

  public static void backfill(DSLContext sql, List<Run> runs, int version) {
    sql.execute(SEAL, inline(version), digests(runs, version));
  }

  private static QueryPart digests(List<Run> runs, int version) {
    return DSL.list(
        runs.stream().map(run -> DSL.row(run.id().value(), digest(run, version))).toList());
  }

  private static byte[] digest(Run run, int version) {
    return CanonicalRun.digest(run, version).bytes();
  }
}
