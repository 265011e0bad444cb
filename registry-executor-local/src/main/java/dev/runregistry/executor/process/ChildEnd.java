package dev.runregistry.executor.process;

import java.time.Instant;

/**
 * How a child ended, as its supervisor saw it.
 *
 * @param code its exit code; 128 + n if signal n ended it
 * @param signaled whether a signal ended it; a shell may exit with such a code by itself
 * @param startError why its program could not be executed, a number and a text; empty if it was
 * @param at when that was heard, by the clock of the registry
 */
record ChildEnd(int code, boolean signaled, String startError, Instant at) {}
