package dev.runregistry.internal.host;

import org.jspecify.annotations.Nullable;

/**
 * One process within one boot.
 *
 * @param pid its number, which is used again after its end
 * @param startTime when it started: on Linux in clock ticks since the boot, elsewhere in
 *     milliseconds since 1970; 0 when unknown
 */
public record ProcessIdentity(long pid, long startTime) {
  // by hand: what the JVM makes for a record costs a command line milliseconds at the first use

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProcessIdentity that && pid == that.pid && startTime == that.startTime;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(pid) + Long.hashCode(startTime);
  }
}
