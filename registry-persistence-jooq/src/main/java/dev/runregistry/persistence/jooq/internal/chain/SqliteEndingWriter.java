package dev.runregistry.persistence.jooq.internal.chain;

import dev.runregistry.persistence.jooq.internal.database.PreparedStatements;
import dev.runregistry.persistence.jooq.internal.database.RunUpsert;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.Timestamps;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.host.HostRetirement;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jooq.DSLContext;
import org.jooq.exception.DataAccessException;

/**
 * Uses one transaction, which excludes all other writers from its beginning. Plain JDBC, as {@link
 * RunUpsert} is plain SQL.
 */
public final class SqliteEndingWriter implements EndingWriter {
  private static final String STATUS = "SELECT status FROM tunix_runs WHERE run_id = ?";
  private static final String SEEN = "SELECT 1 FROM hosts WHERE host = ? AND last_seen > ? LIMIT 1";
  private static final String RETIRE =
      "INSERT INTO host_retirements (retirement_id, host, user_name, retired_at, reason)"
          + " VALUES (?, ?, ?, ?, ?)";

  private final PreparedStatements statements;

  public SqliteEndingWriter(PreparedStatements statements) {
    this.statements = statements;
  }

  @Override
  public Set<RunId> save(List<Run> runs) {
    return inTransaction(connection -> save(connection, runs));
  }

  private <T> T inTransaction(PreparedStatements.Task<T> task) {
    return statements.over(
        connection -> {
          execute(connection, "BEGIN IMMEDIATE");
          try {
            T result = task.over(connection);
            execute(connection, "COMMIT");
            return result;
          } catch (SQLException | RuntimeException | Error e) {
            rollBack(connection, e);
            throw e;
          }
        });
  }

  private static void execute(Connection connection, String command) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(command);
    }
  }

  private static void rollBack(Connection connection, Throwable reason) {
    try {
      execute(connection, "ROLLBACK");
    } catch (SQLException e) { // SQLite has rolled back itself, for example on a full disk
      reason.addSuppressed(e);
    }
  }

  private Set<RunId> save(Connection connection, List<Run> runs) throws SQLException {
    ChainHead head = ChainTable.head(connection);
    Set<RunId> saved = new HashSet<>();
    for (Run run : runs) {
      if (canBeSaved(connection, run)) {
        head = append(connection, ChainLink.after(head, run, Instant.now(), false));
        require(statements.write(connection, RunUpsert.save(run)) == 1, run);
        saved.add(run.id());
      }
    }
    return saved;
  }

  private static void require(boolean stored, Run run) {
    if (!stored) { // there is no other writer meanwhile
      throw new DataAccessException("run " + run.id() + " was not stored");
    }
  }

  private static boolean canBeSaved(Connection connection, Run run) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(STATUS)) {
      statement.setString(1, run.id().toString());
      try (ResultSet stored = statement.executeQuery()) {
        return !stored.next() || RunStatus.parse(stored.getString(1)).canBecome(run.status());
      }
    }
  }

  private static ChainHead append(Connection connection, ChainLink link) throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(ChainTable.APPEND)) {
      statement.setLong(1, link.number());
      statement.setString(2, link.runId().toString());
      statement.setInt(3, link.version());
      statement.setBytes(4, link.runDigest().bytes());
      statement.setString(5, Timestamps.text(link.recordedAt()));
      statement.setBoolean(6, link.backfilled());
      statement.setBytes(7, link.previous().bytes());
      statement.setBytes(8, link.digest().bytes());
      statement.executeUpdate();
    }
    return link.toHead();
  }

  @Override
  public boolean saveRetirement(HostRetirement retirement, Instant unseenBefore) {
    return inTransaction(
        connection -> {
          if (isSeen(connection, retirement.host(), unseenBefore)) {
            return false;
          }
          append(
              connection, ChainLink.after(ChainTable.head(connection), retirement, Instant.now()));
          statements.write(
              connection,
              new PreparedStatements.Statement(
                  "retire",
                  () -> RETIRE,
                  List.of(
                      retirement.id(),
                      retirement.host(),
                      retirement.user(),
                      retirement.at(),
                      retirement.reason())));
          return true;
        });
  }

  private static boolean isSeen(Connection connection, String host, Instant unseenBefore)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(SEEN)) {
      statement.setString(1, host);
      statement.setString(2, Timestamps.text(unseenBefore));
      try (ResultSet seen = statement.executeQuery()) {
        return seen.next();
      }
    }
  }

  public static void backfill(DSLContext sql, List<Run> runs, int version) {
    sql.connection(
        connection -> {
          ChainHead head = ChainTable.head(connection);
          for (Run run : runs) {
            head = append(connection, ChainLink.after(head, run, version, Instant.now(), true));
          }
        });
  }
}
