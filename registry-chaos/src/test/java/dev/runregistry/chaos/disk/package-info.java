/** A disk that loses what was not synced, when the power is cut. */
@NullMarked
package dev.runregistry.chaos.disk;

import org.jspecify.annotations.NullMarked;
