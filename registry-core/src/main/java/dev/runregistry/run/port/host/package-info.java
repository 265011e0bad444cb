/** SPI: The port of the hosts of runs. */
@NullMarked
package dev.runregistry.run.port.host;

import org.jspecify.annotations.NullMarked;
