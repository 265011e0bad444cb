/** Questions for lists of runs, and their answers. Values only. */
@NullMarked
package dev.runregistry.run.query;

import org.jspecify.annotations.NullMarked;
