/** Internal: Records endings, each with its link in the chain. */
@NullMarked
package dev.runregistry.persistence.jooq.internal.chain;

import org.jspecify.annotations.NullMarked;
