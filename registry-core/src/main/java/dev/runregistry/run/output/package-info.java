/** API: The output of a run as lines, in the order in which they were printed. Values only. */
@NullMarked
package dev.runregistry.run.output;

import org.jspecify.annotations.NullMarked;
