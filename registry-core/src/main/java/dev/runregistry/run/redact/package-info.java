/** Finds secrets in commands and variables, and replaces them before anything is recorded. */
@NullMarked
package dev.runregistry.run.redact;

import org.jspecify.annotations.NullMarked;
