/** What the generated classes must be able to see; not for use by anybody else. */
@NullMarked
package dev.runregistry.persistence.jooq.internal;

import org.jspecify.annotations.NullMarked;
