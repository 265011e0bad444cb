package dev.runregistry.persistence.jooq;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * The state of a database that answers.
 *
 * @param product its name and version, such as {@code PostgreSQL 15.14} or {@code SQLite 3.50.3}
 * @param schemaVersion the version of its schema; 0 if there are no tables yet
 * @param isReadOnly whether nothing can be recorded in it: a standby, or a file without write
 *     permission
 * @param ahead by how much its clock is ahead of the clock of this host, negative if it is behind;
 *     zero for SQLite, which has none of its own. Accurate to the duration of the query
 */
public record DatabaseStatus(
    String product, int schemaVersion, boolean isReadOnly, Duration ahead) {
  /** Checks for null. */
  public DatabaseStatus {
    requireNonNull(product, "product");
    requireNonNull(ahead, "ahead");
  }
}
