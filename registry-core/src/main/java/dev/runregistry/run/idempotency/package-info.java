/** API: Idempotency keys, and the results of requests submitted under them. Values only. */
@NullMarked
package dev.runregistry.run.idempotency;

import org.jspecify.annotations.NullMarked;
