/**
 * SPI: What every adapter promises, as tests to subclass, and fakes that keep the same promises.
 */
@NullMarked
package dev.runregistry.testkit;

import org.jspecify.annotations.NullMarked;
