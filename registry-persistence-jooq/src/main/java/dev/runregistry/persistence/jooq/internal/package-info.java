/** Internal: The types that the generated classes need to see. */
@NullMarked
package dev.runregistry.persistence.jooq.internal;

import org.jspecify.annotations.NullMarked;
