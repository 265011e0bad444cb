/** Real registries, processes and databases, of which some are killed at every step. */
@NullMarked
package dev.runregistry.chaos;

import org.jspecify.annotations.NullMarked;
