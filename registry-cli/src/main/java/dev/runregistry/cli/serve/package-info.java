/** Internal: The command serve. */
@NullMarked
package dev.runregistry.cli.serve;

import org.jspecify.annotations.NullMarked;
