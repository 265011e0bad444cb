package dev.runregistry.executor.process;

import java.time.Instant;

/**
 * The end of a child as observed by its supervisor.
 *
 * @param code its exit code; 128 + n if signal n terminated it
 * @param signaled whether a signal terminated it; a shell may exit with such a code by itself
 * @param startError why its program could not be executed, a number and a text; empty if it was
 * @param at the time at which the event was received, by the clock of the registry
 */
record ChildEnd(int code, boolean signaled, String startError, Instant at) {}
