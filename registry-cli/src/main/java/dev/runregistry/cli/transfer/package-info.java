/** Internal: The export of the record, and its import into another database. */
@NullMarked
package dev.runregistry.cli.transfer;

import org.jspecify.annotations.NullMarked;
