/** API: Processes of the registry itself on this host, and its GPUs. */
@NullMarked
package dev.runregistry.executor.host;

import org.jspecify.annotations.NullMarked;
