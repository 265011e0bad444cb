package dev.runregistry.run.host;

import static java.util.Objects.requireNonNull;

/**
 * The result of retiring a host.
 *
 * @param retirement as it is recorded
 * @param lost the number of runs that were recorded as lost
 */
public record RetiredHost(HostRetirement retirement, long lost) {
  /** Checks the values. */
  public RetiredHost {
    requireNonNull(retirement, "retirement");
  }
}
