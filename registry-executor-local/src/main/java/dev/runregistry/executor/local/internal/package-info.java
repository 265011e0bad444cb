/**
 * Holds what the command line shares with this module and embedders do not need. It may change in
 * any version.
 */
@NullMarked
package dev.runregistry.executor.local.internal;

import org.jspecify.annotations.NullMarked;
