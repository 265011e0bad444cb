/**
 * The processes of this host: their table, their identities, and helper programs. For the modules
 * of the registry only; it may change in any version.
 */
@NullMarked
package dev.runregistry.internal.host;

import org.jspecify.annotations.NullMarked;
