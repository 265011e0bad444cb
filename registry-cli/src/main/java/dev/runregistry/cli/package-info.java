/**
 * Internal: The {@code registry} command: the one place where all parts are put together. A
 * program, not a library: nothing here is public.
 */
@NullMarked
package dev.runregistry.cli;

import org.jspecify.annotations.NullMarked;
