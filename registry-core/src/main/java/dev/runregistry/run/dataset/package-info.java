/** Data sets as the registry sees them. Values only. */
@NullMarked
package dev.runregistry.run.dataset;

import org.jspecify.annotations.NullMarked;
