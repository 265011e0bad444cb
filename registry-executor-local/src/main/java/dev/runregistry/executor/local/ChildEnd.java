package dev.runregistry.executor.local;

/**
 * How a child ended, as its supervisor saw it.
 *
 * @param code its exit code; 128 + n if signal n ended it
 * @param signaled whether a signal ended it; a shell may exit with such a code by itself
 * @param startError why its program could not be executed, a number and a text; empty if it was
 */
record ChildEnd(int code, boolean signaled, String startError) {}
