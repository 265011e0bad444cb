package dev.runregistry.run.service;

import java.util.List;
import java.util.stream.Stream;

/**
 * The result of one pass over the journal.
 *
 * @param findings one for each active run, oldest first, then the entries that are no runs, then
 *     the runs that were taken over from other homes
 */
public record Reconciliation(List<ReconciledRun> findings) {
  /** Copies the list. */
  public Reconciliation {
    findings = List.copyOf(findings);
  }

  /** Returns the same with these findings after its own. */
  Reconciliation and(List<ReconciledRun> more) {
    return more.isEmpty()
        ? this
        : new Reconciliation(Stream.concat(findings.stream(), more.stream()).toList());
  }

  /** Returns the number of findings with this action. */
  public int count(ReconciledRun.Action action) {
    return (int) findings.stream().filter(finding -> finding.action() == action).count();
  }

  /** Returns whether work is left that only needs a retry. */
  public boolean isIncomplete() {
    return count(ReconciledRun.Action.DEFERRED) + count(ReconciledRun.Action.FAILED) > 0;
  }
}
