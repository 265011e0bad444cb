/** Internal: Signals, environment and descriptors that are passed on to a command. */
@NullMarked
package dev.runregistry.cli.process;

import org.jspecify.annotations.NullMarked;
