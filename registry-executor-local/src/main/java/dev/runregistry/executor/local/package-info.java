/** Runs as child processes of this host: their journal, their output, their data sets. */
@NullMarked
package dev.runregistry.executor.local;

import org.jspecify.annotations.NullMarked;
