package dev.runregistry.cli.text;

import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.service.VerificationResult;

/** For people: a line for each discrepancy, then what it all comes to. */
public final class VerificationText implements VerificationReport {
  private final StandardOutput out;

  public VerificationText(StandardOutput out) {
    this.out = out;
  }

  @Override
  public void found(Discrepancy found) {
    out.println(
        "%-12s  %s  %s"
            .formatted(found.kind().text(), subject(found), TerminalText.line(found.message())));
  }

  private static String subject(Discrepancy found) {
    return found.runId() == null ? "link " + found.link() : TerminalText.line(found.runId());
  }

  @Override
  public void end(VerificationResult verification) {
    out.println(
        verification.isIntact()
            ? "All %d finished runs are as they were recorded%s"
                .formatted(verification.links(), sealed(verification))
            : found(verification.discrepancies()));
    out.println("head " + verification.head());
  }

  private static String found(long discrepancies) {
    return discrepancies == 1 ? "1 discrepancy found" : discrepancies + " discrepancies found";
  }

  private static String sealed(VerificationResult verification) {
    return verification.sealed() == 0
        ? ""
        : ", %d of them as they were when the chain was made".formatted(verification.sealed());
  }
}
