package dev.runregistry.persistence.jooq.internal.chain;

import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.persistence.jooq.internal.sql.Dialect;
import dev.runregistry.run.Run;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.ChainedRun;
import dev.runregistry.run.port.StaleRunException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Appends finished runs with the links that they have in another database, within the transaction
 * of a connection. The triggers of the tables check each link as well.
 */
public final class ChainAppender {
  private static final int PIECE = 64; // with the largest outputs, a megabyte

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
  public ChainHead append(Iterator<ChainedRun> entries) throws SQLException {
    ChainHead head = ChainTable.head(connection);
    while (entries.hasNext()) {
      List<ChainedRun> piece = new ArrayList<>();
      while (piece.size() < PIECE && entries.hasNext()) {
        ChainedRun entry = entries.next();
        requireNext(entry.link(), head);
        head = entry.link().toHead();
        piece.add(entry);
      }
      refuseKnown(piece);
      write(piece);
    }
    return head;
  }

  private static void requireNext(ChainLink link, ChainHead head) {
    if (link.number() != head.count() + 1 || !link.previous().equals(head.digest())) {
      throw new StaleRunException(
          "link %d, of run %s, does not follow the %d links of this database; an import needs an"
                  .formatted(link.number(), link.runId(), head.count())
              + " empty database, or one that ends where the file begins");
    }
  }

  private void refuseKnown(List<ChainedRun> piece) throws SQLException {
    String all = String.join(", ", Collections.nCopies(piece.size(), "?"));
    try (PreparedStatement statement =
        connection.prepareStatement(
            "SELECT run_id, status FROM tunix_runs WHERE run_id IN (" + all + ") LIMIT 1")) {
      types.bind(statement, piece.stream().map(entry -> entry.run().id().value()).toList());
      try (ResultSet known = statement.executeQuery()) {
        if (known.next()) {
          throw new StaleRunException(
              "run %s is on record already, as %s"
                  .formatted(types.read(known, 1, UUID.class), known.getString(2)));
        }
      }
    }
  }

  private void write(List<ChainedRun> piece) throws SQLException {
    Run any = piece.get(0).run();
    try (PreparedStatement links = connection.prepareStatement(ChainTable.APPEND);
        PreparedStatement runs = connection.prepareStatement(RunUpsert.insertText(any))) {
      for (ChainedRun entry : piece) {
        types.bind(links, values(entry.link()));
        links.addBatch();
        types.bind(runs, RunUpsert.values(List.of(entry.run())));
        runs.addBatch();
      }
      links.executeBatch(); // first: SQLite requires the link of a finished run
      runs.executeBatch();
    }
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
