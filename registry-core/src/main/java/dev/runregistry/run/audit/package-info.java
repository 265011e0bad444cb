/**
 * The chain of the finished runs: the canonical form of a run, its digest, and what a verification
 * finds. Values only.
 */
@NullMarked
package dev.runregistry.run.audit;

import org.jspecify.annotations.NullMarked;
