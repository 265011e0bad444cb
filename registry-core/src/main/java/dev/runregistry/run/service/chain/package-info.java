/**
 * API: The chain of the record as a whole: its verification, and the order in which runs are
 * exported and imported.
 */
@NullMarked
package dev.runregistry.run.service.chain;

import org.jspecify.annotations.NullMarked;
