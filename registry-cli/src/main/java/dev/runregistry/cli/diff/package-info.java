/** Internal: The comparison of two runs. */
@NullMarked
package dev.runregistry.cli.diff;

import org.jspecify.annotations.NullMarked;
