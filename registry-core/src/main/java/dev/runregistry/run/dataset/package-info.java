/** API: The registry's view of data sets. Values only. */
@NullMarked
package dev.runregistry.run.dataset;

import org.jspecify.annotations.NullMarked;
