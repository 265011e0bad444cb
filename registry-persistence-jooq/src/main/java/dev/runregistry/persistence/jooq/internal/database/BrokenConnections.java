package dev.runregistry.persistence.jooq.internal.database;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.List;

/** Selects the connections that the pool evicts, beside those that it finds broken itself. */
public final class BrokenConnections implements SQLExceptionOverride {
  /**
   * A read-only transaction: the connection leads to a standby since a failover; a shutdown or an
   * end of the session; a role that may not log in any more.
   */
  private static final List<String> STATES = List.of("25006", "57P0", "28");

  @java.lang.Override
  public SQLExceptionOverride.Override adjudicate(SQLException e) {
    String state = String.valueOf(e.getSQLState());
    return STATES.stream().anyMatch(state::startsWith)
        ? SQLExceptionOverride.Override.MUST_EVICT
        : SQLExceptionOverride.Override.CONTINUE_EVICT;
  }
}
