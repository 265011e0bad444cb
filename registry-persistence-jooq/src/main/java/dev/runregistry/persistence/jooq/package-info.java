/** Keeps runs in PostgreSQL or SQLite: give {@link RunDatabase} a {@link DatabaseConfig}. */
@NullMarked
package dev.runregistry.persistence.jooq;

import org.jspecify.annotations.NullMarked;
