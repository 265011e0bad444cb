/** Internal: Puts a registry together from the settings. */
@NullMarked
package dev.runregistry.cli.wiring;

import org.jspecify.annotations.NullMarked;
