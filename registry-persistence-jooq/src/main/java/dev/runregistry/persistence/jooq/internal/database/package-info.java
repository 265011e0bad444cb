/** Connections, the schema, and statements on it. For this module only. */
@NullMarked
package dev.runregistry.persistence.jooq.internal.database;

import org.jspecify.annotations.NullMarked;
