/** API: Stores runs in PostgreSQL or SQLite: give {@link RunDatabase} a {@link DatabaseConfig}. */
@NullMarked
package dev.runregistry.persistence.jooq;

import dev.runregistry.persistence.jooq.config.DatabaseConfig;
import org.jspecify.annotations.NullMarked;
