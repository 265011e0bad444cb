/**
 * API: The chain of the finished runs: the canonical form of a run, its digest, and the result of a
 * verification. Values only.
 */
@NullMarked
package dev.runregistry.run.audit;

import org.jspecify.annotations.NullMarked;
