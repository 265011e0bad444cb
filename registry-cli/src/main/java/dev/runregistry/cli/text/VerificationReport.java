package dev.runregistry.cli.text;

import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.service.VerificationResult;

/** Tells what a verification found, while it goes on: so that it may be millions. */
public interface VerificationReport {
  public static VerificationReport of(StandardOutput out, boolean json) {
    return json ? new VerificationJson(out) : new VerificationText(out);
  }

  void found(Discrepancy discrepancy);

  void end(VerificationResult verification);
}
