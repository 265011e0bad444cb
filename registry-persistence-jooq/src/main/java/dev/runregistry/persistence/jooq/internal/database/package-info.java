/** Internal: Connections, the schema, and statements on it. */
@NullMarked
package dev.runregistry.persistence.jooq.internal.database;

import org.jspecify.annotations.NullMarked;
