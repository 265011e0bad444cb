package dev.runregistry.internal.host;

import org.jspecify.annotations.Nullable;

/**
 * One process within one boot.
 *
 * @param pid its number, which is reused after its end
 * @param startTime its start: on Linux in clock ticks since the boot, elsewhere in milliseconds
 *     since 1970; 0 if unknown
 */
public record ProcessIdentity(long pid, long startTime) {
  // hand-written: the generated methods of a record cost a command line milliseconds at first use

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ProcessIdentity that && pid == that.pid && startTime == that.startTime;
  }

  @Override
  public int hashCode() {
    return 31 * Long.hashCode(pid) + Long.hashCode(startTime);
  }
}
