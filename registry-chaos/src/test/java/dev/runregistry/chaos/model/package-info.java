/** Every order in which things can happen to one run, one after the other. */
@NullMarked
package dev.runregistry.chaos.model;

import org.jspecify.annotations.NullMarked;
