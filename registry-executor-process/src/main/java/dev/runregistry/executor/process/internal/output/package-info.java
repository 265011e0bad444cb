/** Internal: reads the logs of a run as lines, in the order in which they were printed. */
@NullMarked
package dev.runregistry.executor.process.internal.output;

import org.jspecify.annotations.NullMarked;
