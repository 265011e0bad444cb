/** API: Redacts secrets in commands and variables before they are recorded. */
@NullMarked
package dev.runregistry.run.redact;

import org.jspecify.annotations.NullMarked;
