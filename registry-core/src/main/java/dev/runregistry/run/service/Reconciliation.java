package dev.runregistry.run.service;

import java.util.List;

/**
 * What one look at the journal found and did.
 *
 * @param findings one for each run that was not settled, oldest first, then what is no run
 */
public record Reconciliation(List<Finding> findings) {
  /** Copies the list. */
  public Reconciliation {
    findings = List.copyOf(findings);
  }

  /** How many findings there are of that kind. */
  public int count(Finding.Action action) {
    return (int) findings.stream().filter(finding -> finding.action() == action).count();
  }

  /** Whether something is still to be done that only needs another try. */
  public boolean isIncomplete() {
    return count(Finding.Action.WAITING) + count(Finding.Action.FAILED) > 0;
  }
}
