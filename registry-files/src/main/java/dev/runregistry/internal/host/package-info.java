/** Internal: The processes of this host: their table, their identities, and helper programs. */
@NullMarked
package dev.runregistry.internal.host;

import org.jspecify.annotations.NullMarked;
