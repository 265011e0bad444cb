/** API: The registry's view of datasets. Values only. */
@NullMarked
package dev.runregistry.run.dataset;

import org.jspecify.annotations.NullMarked;
