/** Internal: Settings: names, defaults, files, and what is in force. */
@NullMarked
package dev.runregistry.cli.config;

import org.jspecify.annotations.NullMarked;
