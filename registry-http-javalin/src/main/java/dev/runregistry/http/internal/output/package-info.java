/** Internal: the output of runs as it is sent, and the clients that follow it. */
@NullMarked
package dev.runregistry.http.internal.output;

import org.jspecify.annotations.NullMarked;
