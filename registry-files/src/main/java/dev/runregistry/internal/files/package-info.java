/**
 * Durable writes, files that others can replace, and JSON of bounded size. For the modules of the
 * registry only; it may change in any version.
 */
@NullMarked
package dev.runregistry.internal.files;

import org.jspecify.annotations.NullMarked;
