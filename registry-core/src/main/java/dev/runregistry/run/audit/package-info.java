/**
 * API: The chain of the finished runs and of the retirements of hosts: their canonical forms, their
 * digests, and the result of a verification. Values only.
 */
@NullMarked
package dev.runregistry.run.audit;

import org.jspecify.annotations.NullMarked;
