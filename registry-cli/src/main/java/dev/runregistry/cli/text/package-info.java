/**
 * Internal: What the command line prints: tables, sizes, times, JSON, with printable characters
 * only.
 */
@NullMarked
package dev.runregistry.cli.text;

import org.jspecify.annotations.NullMarked;
