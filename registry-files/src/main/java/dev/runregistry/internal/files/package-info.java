/** Internal: Durable writes, files that others can replace, and JSON of bounded size. */
@NullMarked
package dev.runregistry.internal.files;

import org.jspecify.annotations.NullMarked;
