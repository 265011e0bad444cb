package dev.runregistry.persistence.jooq;

/**
 * The result of a migration.
 *
 * @param versionBefore of the schema; 0 if there was none
 * @param versionAfter of the schema, always that of this program
 * @param applied the number of migrations that were needed; 0 if the schema was current
 */
public record MigrationResult(int versionBefore, int versionAfter, int applied) {}
