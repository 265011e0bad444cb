/**
 * SPI: The ports of the registry: one small interface per external thing, implemented by adapters.
 */
@NullMarked
package dev.runregistry.run.port;

import org.jspecify.annotations.NullMarked;
