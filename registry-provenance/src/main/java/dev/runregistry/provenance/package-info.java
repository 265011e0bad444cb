/** API: The provenance of a run: host, user, working directory, git, allowed variables. */
@NullMarked
package dev.runregistry.provenance;

import org.jspecify.annotations.NullMarked;
