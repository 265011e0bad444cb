package dev.runregistry.run.service.chain;

import dev.runregistry.run.audit.ChainHead;

/**
 * The result of a verification of the whole chain.
 *
 * @param head the last link; to be stored elsewhere as the trusted head of a later verification
 * @param links the number of links, including unreadable ones
 * @param backfilled the number of links of runs that had ended before the database had a chain
 * @param retirements the number of links of retirements of hosts; the others are those of runs
 * @param discrepancies the number of discrepancies
 */
public record VerificationResult(
    ChainHead head, long links, long backfilled, long retirements, long discrepancies) {
  /** Returns whether all finished runs are as they were recorded. */
  public boolean isIntact() {
    return discrepancies == 0;
  }
}
