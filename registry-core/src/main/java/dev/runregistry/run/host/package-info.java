/**
 * API: The hosts of runs: which homes they have, when each was last seen, and which are retired. A
 * home is the directory in which a registry keeps its runs.
 */
@NullMarked
package dev.runregistry.run.host;

import org.jspecify.annotations.NullMarked;
