/** Internal: The version that a program prints of itself. */
@NullMarked
package dev.runregistry.executor.process.internal.probe;

import org.jspecify.annotations.NullMarked;
