/** Internal: The checks of {@code registry doctor}. */
@NullMarked
package dev.runregistry.cli.doctor;

import org.jspecify.annotations.NullMarked;
