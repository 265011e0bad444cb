/** API: Queries for runs and lists of runs, and their results. Values only. */
@NullMarked
package dev.runregistry.run.query;

import org.jspecify.annotations.NullMarked;
