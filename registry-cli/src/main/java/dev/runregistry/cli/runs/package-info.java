/** Internal: The commands that read and prune runs. */
@NullMarked
package dev.runregistry.cli.runs;

import org.jspecify.annotations.NullMarked;
