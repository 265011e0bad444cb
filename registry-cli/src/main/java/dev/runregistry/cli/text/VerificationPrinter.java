package dev.runregistry.cli.text;

import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.service.chain.VerificationResult;

/** Prints the discrepancies of a verification while it runs, because there may be millions. */
public interface VerificationPrinter {
  public static VerificationPrinter of(StandardOutput out, boolean json) {
    return json ? new JsonVerificationPrinter(out) : new TextVerificationPrinter(out);
  }

  void found(Discrepancy discrepancy);

  void end(VerificationResult verification);
}
