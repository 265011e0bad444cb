/** Internal: Checks of host, origin and token, and the access of routes. */
@NullMarked
package dev.runregistry.http.internal.guard;

import org.jspecify.annotations.NullMarked;
