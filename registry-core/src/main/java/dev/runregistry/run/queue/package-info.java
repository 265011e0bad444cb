/** API: The queue of the runs of one home: options, limits, waiting runs. Values only. */
@NullMarked
package dev.runregistry.run.queue;

import org.jspecify.annotations.NullMarked;
