/** SPI: The port of the program that executes a command on any host that shares the workspace. */
@NullMarked
package dev.runregistry.run.port.supervisor;

import org.jspecify.annotations.NullMarked;
