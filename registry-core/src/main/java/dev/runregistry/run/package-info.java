/**
 * API: The model of a run: immutable values, validated at construction, and the state machine of
 * legal transitions. Nothing here does any input or output.
 */
@NullMarked
package dev.runregistry.run;

import org.jspecify.annotations.NullMarked;
