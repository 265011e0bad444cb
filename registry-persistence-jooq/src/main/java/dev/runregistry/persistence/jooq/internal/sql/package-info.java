/** Values between Java and the columns of both databases. For this module only. */
@NullMarked
package dev.runregistry.persistence.jooq.internal.sql;

import org.jspecify.annotations.NullMarked;
