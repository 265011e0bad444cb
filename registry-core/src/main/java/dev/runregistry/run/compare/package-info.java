/** API: Compares two runs. Values only. */
@NullMarked
package dev.runregistry.run.compare;

import org.jspecify.annotations.NullMarked;
