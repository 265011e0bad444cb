/** Internal: Options and arguments, and how mistakes in them are reported. */
@NullMarked
package dev.runregistry.cli.options;

import org.jspecify.annotations.NullMarked;
