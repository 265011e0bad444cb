package dev.runregistry.executor.local;

/**
 * One process within one boot.
 *
 * @param pid its number, which is used again after its end
 * @param startTime when it started: on Linux in clock ticks since the boot, elsewhere in
 *     milliseconds since 1970; 0 when unknown
 */
record ProcessIdentity(long pid, long startTime) {}
