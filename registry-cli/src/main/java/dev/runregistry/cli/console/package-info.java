/** Internal: The streams and the environment of the caller, and the version. */
@NullMarked
package dev.runregistry.cli.console;

import org.jspecify.annotations.NullMarked;
