/** API: The location of the database, and the login there. */
@NullMarked
package dev.runregistry.persistence.jooq.config;

import org.jspecify.annotations.NullMarked;
