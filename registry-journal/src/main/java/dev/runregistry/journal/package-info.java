/** API: The journal of one host: a directory for each run, durable, and its lock. */
@NullMarked
package dev.runregistry.journal;

import org.jspecify.annotations.NullMarked;
