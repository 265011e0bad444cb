/** Where the database is, and how to log in there. */
@NullMarked
package dev.runregistry.persistence.jooq.config;

import org.jspecify.annotations.NullMarked;
