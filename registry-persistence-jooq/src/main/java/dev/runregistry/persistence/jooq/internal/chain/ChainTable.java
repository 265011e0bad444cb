package dev.runregistry.persistence.jooq.internal.chain;

import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.Digest;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** The table of the links, for those that write whole links within their own transaction. */
final class ChainTable {
  /** Inserts one link, with all its columns in their order. */
  static final String APPEND =
      "INSERT INTO run_chain (link_number, run_id, form, run_digest, recorded_at, sealed,"
          + " previous_digest, link_digest) VALUES (?, ?, ?, ?, ?, ?, ?, ?)";

  private static final String HEAD =
      "SELECT link_number, link_digest FROM run_chain ORDER BY link_number DESC LIMIT 1";

  private ChainTable() {}

  /** Returns the last link. */
  static ChainHead head(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet last = statement.executeQuery(HEAD)) {
      return last.next()
          ? new ChainHead(last.getLong(1), Digest.wrap(last.getBytes(2)))
          : ChainHead.EMPTY;
    }
  }
}
