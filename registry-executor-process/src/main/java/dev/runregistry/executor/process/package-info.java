/**
 * API: Runs as child processes of this host: supervised, inspected, terminated, with their complete
 * output.
 */
@NullMarked
package dev.runregistry.executor.process;

import org.jspecify.annotations.NullMarked;
