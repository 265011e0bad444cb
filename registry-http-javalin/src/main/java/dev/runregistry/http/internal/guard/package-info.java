/**
 * What a request has to pass, host, origin, token, and what routes need of it. For this module
 * only.
 */
@NullMarked
package dev.runregistry.http.internal.guard;

import org.jspecify.annotations.NullMarked;
