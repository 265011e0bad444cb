/**
 * Internal: Lists of runs: what is typed to select them, and the formats in which they are printed.
 */
@NullMarked
package dev.runregistry.cli.list;

import org.jspecify.annotations.NullMarked;
