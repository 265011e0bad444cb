package dev.runregistry.cli.text;

import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.service.chain.VerificationResult;

/** Prints a line for each discrepancy, then the result. */
public final class TextVerificationPrinter implements VerificationPrinter {
  private final StandardOutput out;

  public TextVerificationPrinter(StandardOutput out) {
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
            ? "Verified: %s%s, no discrepancies%s"
                .formatted(
                    runs(verification.links() - verification.retirements()),
                    retirements(verification.retirements()),
                    sealed(verification))
            : found(verification.discrepancies()));
    out.println("head " + verification.head());
  }

  private static String runs(long number) {
    return number == 1 ? "1 finished run" : number + " finished runs";
  }

  private static String found(long discrepancies) {
    return discrepancies == 1 ? "1 discrepancy found" : discrepancies + " discrepancies found";
  }

  private static String retirements(long number) {
    return number == 0
        ? ""
        : number == 1 ? " and 1 retirement of a host" : " and " + number + " retirements of hosts";
  }

  private static String sealed(VerificationResult verification) {
    return verification.backfilled() == 0
        ? ""
        : " (%d of them only since the chain was created)".formatted(verification.backfilled());
  }
}
