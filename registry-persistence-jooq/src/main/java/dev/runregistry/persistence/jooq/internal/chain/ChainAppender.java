package dev.runregistry.persistence.jooq.internal.chain;

import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import dev.runregistry.run.Run;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.ChainedRetirement;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.port.StaleRunException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Appends finished runs and retirements with the links that they have in another database, within
 * the transaction of a connection. The triggers of the tables check each link as well.
 */
public final class ChainAppender {
  private static final int PIECE = 64; // with the largest outputs, a megabyte
  private static final String RETIRE =
      "INSERT INTO host_retirements (retirement_id, host, user_name, retired_at, reason)"
          + " VALUES (?, ?, ?, ?, ?)";
  private static final String ANALYZE = "ANALYZE tunix_runs, run_tags, run_chain, host_retirements";

  private final Connection connection;
  private final Dialect types;

  public ChainAppender(Connection connection, Dialect types) {
    this.connection = connection;
    this.types = types;
  }

  /**
   * Appends the entries, and returns the head.
   *
   * @throws StaleRunException if a run is on record, or an entry does not follow
   */
  public ChainHead append(Iterator<ChainEntry> entries) throws SQLException {
    ChainHead head = ChainTable.head(connection);
    for (long pieces = 0; entries.hasNext(); pieces++) {
      List<ChainEntry> piece = new ArrayList<>();
      while (piece.size() < PIECE && entries.hasNext()) {
        ChainEntry entry = entries.next();
        requireNext(entry.link(), head);
        head = entry.link().toHead();
        piece.add(entry);
      }
      refuseKnown(piece);
      write(piece);
      if (pieces == 0 || !entries.hasNext()) {
        updateStatistics();
      }
    }
    return head;
  }

  /**
   * Updates the statistics of PostgreSQL, and keeps autovacuum from doing so before the commit. It
   * would count no rows, as it may have done after an import that was killed: PostgreSQL then reads
   * a whole index for each id. Of a role that does not own the tables it is a warning.
   */
  private void updateStatistics() throws SQLException {
    if (types == Dialect.POSTGRES) {
      try (Statement statement = connection.createStatement()) {
        statement.execute(ANALYZE);
      }
    }
  }

  private static void requireNext(ChainLink link, ChainHead head) {
    if (link.number() != head.count() + 1 || !link.previous().equals(head.digest())) {
      throw new StaleRunException(
          "link %d, of %s %s, does not follow the %d links of this database; an import needs an"
                  .formatted(
                      link.number(),
                      link.isRetirement() ? "retirement" : "run",
                      link.runId(),
                      head.count())
              + " empty database, or one that ends where the file begins");
    }
  }

  private void refuseKnown(List<ChainEntry> piece) throws SQLException {
    List<UUID> ids = piece.stream().map(entry -> entry.link().runId().value()).toList();
    String all = String.join(", ", Collections.nCopies(ids.size(), "?"));
    refuseKnown(
        ids, "SELECT run_id, status FROM tunix_runs WHERE run_id IN (" + all + ") LIMIT 1", "run");
    refuseKnown(
        ids,
        "SELECT retirement_id, 'retired' FROM host_retirements WHERE retirement_id IN (%s) LIMIT 1"
            .formatted(all),
        "retirement");
  }

  private void refuseKnown(List<UUID> ids, String query, String kind) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(query)) {
      types.bind(statement, ids);
      try (ResultSet known = statement.executeQuery()) {
        if (known.next()) {
          throw new StaleRunException(
              "%s %s is on record already, as %s"
                  .formatted(kind, types.read(known, 1, UUID.class), known.getString(2)));
        }
      }
    }
  }

  private void write(List<ChainEntry> piece) throws SQLException {
    List<Run> runs =
        piece.stream()
            .flatMap(entry -> entry instanceof ChainedRun run ? Stream.of(run.run()) : Stream.of())
            .toList();
    List<HostRetirement> retirements =
        piece.stream()
            .flatMap(
                entry ->
                    entry instanceof ChainedRetirement one
                        ? Stream.of(one.retirement())
                        : Stream.of())
            .toList();
    // links first: SQLite requires the link of a finished run and of a retirement
    execute(ChainTable.APPEND, piece.stream().map(entry -> values(entry.link())).toList());
    if (!runs.isEmpty()) {
      execute(
          RunUpsert.insertText(runs.get(0)),
          runs.stream().map(run -> RunUpsert.values(List.of(run))).toList());
    }
    execute(RETIRE, retirements.stream().map(ChainAppender::values).toList());
  }

  private void execute(String insert, List<? extends List<? extends @Nullable Object>> rows)
      throws SQLException {
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement statement = connection.prepareStatement(insert)) {
      for (List<? extends @Nullable Object> row : rows) {
        types.bind(statement, row);
        statement.addBatch();
      }
      statement.executeBatch();
    }
  }

  private static List<Object> values(HostRetirement retirement) {
    return List.of(
        retirement.id(),
        retirement.host(),
        retirement.user(),
        retirement.at(),
        retirement.reason());
  }

  private static List<@Nullable Object> values(ChainLink link) {
    List<@Nullable Object> values = new ArrayList<>();
    values.add(link.number());
    values.add(link.runId().value());
    values.add(link.version());
    values.add(link.runDigest().bytes());
    values.add(link.recordedAt());
    values.add(link.backfilled());
    values.add(link.previous().bytes());
    values.add(link.digest().bytes());
    return values;
  }
}
