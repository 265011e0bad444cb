/** Internal: The command run. */
@NullMarked
package dev.runregistry.cli.run;

import org.jspecify.annotations.NullMarked;
