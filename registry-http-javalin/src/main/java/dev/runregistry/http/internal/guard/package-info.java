/** Checks of host, origin and token, and the access of routes. For this module only. */
@NullMarked
package dev.runregistry.http.internal.guard;

import org.jspecify.annotations.NullMarked;
