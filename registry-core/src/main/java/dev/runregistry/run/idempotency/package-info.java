/** Idempotency keys, and what became of a request that was submitted under one. Values only. */
@NullMarked
package dev.runregistry.run.idempotency;

import org.jspecify.annotations.NullMarked;
