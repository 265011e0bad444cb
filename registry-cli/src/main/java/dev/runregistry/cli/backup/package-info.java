/** Internal: Copies of an SQLite database, verified, and their restoration. */
@NullMarked
package dev.runregistry.cli.backup;

import org.jspecify.annotations.NullMarked;
