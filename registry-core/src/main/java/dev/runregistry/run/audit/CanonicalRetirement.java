package dev.runregistry.run.audit;

import dev.runregistry.run.Timestamps;
import dev.runregistry.run.host.HostRetirement;

/**
 * The bytes of the retirement of a host from which its digest is computed, as in {@link
 * CanonicalRun}: the line {@code run-registry retirement 1} and the fields {@code retirement_id},
 * {@code host}, {@code user_name}, {@code retired_at} (microseconds since 1970) and {@code reason}.
 */
public final class CanonicalRetirement {
  /** The version in the links of retirements; those of runs have numbers below. */
  public static final int VERSION = 1_001;

  private CanonicalRetirement() {}

  /** Returns the digest of a retirement. */
  public static Digest digest(HostRetirement retirement) {
    CanonicalForm form = new CanonicalForm("run-registry retirement 1");
    form.field("retirement_id", retirement.id().toString());
    form.field("host", retirement.host());
    form.field("user_name", retirement.user());
    form.field("retired_at", String.valueOf(Timestamps.toMicros(retirement.at())));
    form.field("reason", retirement.reason());
    return Digest.of(form.bytes());
  }
}
