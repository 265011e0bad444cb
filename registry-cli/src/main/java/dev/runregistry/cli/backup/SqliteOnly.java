package dev.runregistry.cli.backup;

import dev.runregistry.cli.text.CommandFailedException;
import dev.runregistry.persistence.jooq.config.DatabaseConfig;

/** The databases that are one file. */
final class SqliteOnly {
  private SqliteOnly() {}

  /**
   * Rejects other databases.
   *
   * @param tools what to use for them instead, completes "use …"
   */
  static DatabaseConfig require(DatabaseConfig config, String tools) {
    if (!config.isSqlite()) {
      throw new CommandFailedException(
          "%s is a PostgreSQL database: use %s, as docs/M14_RUN_REGISTRY.md describes under \"Backup and restore\""
              .formatted(config.name(), tools));
    }
    return config;
  }
}
