/**
 * What a run is: immutable values that check themselves when built, and the state machine that says
 * which moves are legal. Nothing here does any input or output.
 */
@NullMarked
package dev.runregistry.run;

import org.jspecify.annotations.NullMarked;
