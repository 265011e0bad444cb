/** Internal: Values between Java and the columns of both databases. */
@NullMarked
package dev.runregistry.persistence.jooq.internal.sql;

import org.jspecify.annotations.NullMarked;
