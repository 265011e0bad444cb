package dev.runregistry.persistence.jooq;

/**
 * What a migration did.
 *
 * @param versionBefore of the schema; 0 when there was none
 * @param versionAfter of the schema, always that of this program
 * @param applied how many migrations were needed; 0 when the schema was current
 */
public record MigrationResult(int versionBefore, int versionAfter, int applied) {}
