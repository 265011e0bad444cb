/** SPI: Programs that a test starts, signals and kills. */
@NullMarked
package dev.runregistry.testkit.process;

import org.jspecify.annotations.NullMarked;
