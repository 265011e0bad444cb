/** The types that the generated classes need to see; not for use outside this module. */
@NullMarked
package dev.runregistry.persistence.jooq.internal;

import org.jspecify.annotations.NullMarked;
