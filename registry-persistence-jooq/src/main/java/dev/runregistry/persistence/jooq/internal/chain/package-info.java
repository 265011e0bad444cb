/** Records endings, each with its link in the chain. For this module only. */
@NullMarked
package dev.runregistry.persistence.jooq.internal.chain;

import org.jspecify.annotations.NullMarked;
