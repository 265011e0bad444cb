package dev.runregistry.run.service;

import dev.runregistry.run.audit.ChainHead;

/**
 * What a look at the whole chain came to.
 *
 * @param head the last link there is; what one keeps elsewhere to compare with later
 * @param links how many there are, with those that are unreadable
 * @param sealed how many of them are of runs that had ended before the database had a chain
 * @param discrepancies how many were found
 */
public record VerificationResult(ChainHead head, long links, long sealed, long discrepancies) {
  /** Whether all finished runs are as they were recorded. */
  public boolean isIntact() {
    return discrepancies == 0;
  }
}
