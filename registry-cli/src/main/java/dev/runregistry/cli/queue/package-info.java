/** Internal: The commands about queued runs: submit, rerun, queue. */
@NullMarked
package dev.runregistry.cli.queue;

import org.jspecify.annotations.NullMarked;
