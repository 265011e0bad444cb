package dev.runregistry.run.service.chain;

import dev.runregistry.run.Run;
import dev.runregistry.run.audit.CanonicalRetirement;
import dev.runregistry.run.audit.CanonicalRun;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.ChainLink;
import dev.runregistry.run.audit.Digest;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.audit.Discrepancy.Kind;
import dev.runregistry.run.audit.StoredRun;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunChain;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One verification of the whole chain, link by link. Used once, by one thread. */
public final class ChainVerifier implements RunChain.Visitor {
  private final @Nullable ChainHead trustedHead;
  private final Consumer<Discrepancy> onDiscrepancy;

  private long lastNumber;
  private Digest lastDigest = Digest.ZERO;
  // the digests that the next link may name as its previous one: after a link that was changed,
  // also its expected digest, so that one change is not reported twice; empty if unknown
  private Set<Digest> previous = Set.of(Digest.ZERO);
  private boolean trustedHeadSeen;
  private long links;
  private long backfilled;
  private long retirements;
  private long discrepancies;

  /**
   * Creates one verification.
   *
   * @param trustedHead a trusted head that the chain must contain; null if there is none
   * @param onDiscrepancy called with each discrepancy when it is onDiscrepancy
   */
  public ChainVerifier(@Nullable ChainHead trustedHead, Consumer<Discrepancy> onDiscrepancy) {
    this.trustedHead = trustedHead;
    this.onDiscrepancy = onDiscrepancy;
    trustedHeadSeen = trustedHead == null || trustedHead.count() == 0;
  }

  /**
   * Reads and verifies the whole chain.
   *
   * @throws RepositoryException if it cannot be read to the end
   */
  public VerificationResult verify(RunChain chain) {
    chain.read(this);
    return result();
  }

  /** Returns the result, after the whole chain was read. */
  public VerificationResult result() {
    checkEnd();
    return new VerificationResult(head(), links, backfilled, retirements, discrepancies);
  }

  private ChainHead head() {
    return lastNumber < 1 ? ChainHead.EMPTY : new ChainHead(lastNumber, lastDigest);
  }

  @Override
  public void link(ChainLink link, StoredRun record) {
    boolean intact = link.isIntact();
    checkPlace(link, intact);
    checkTrustedHead(link);
    changeOf(record, link).ifPresent(this::report);
    if (link.backfilled()) {
      backfilled++;
    }
    if (link.isRetirement()) {
      retirements++;
    }
    advance(
        link.number(),
        link.digest(),
        intact ? Set.of(link.digest()) : Set.of(link.digest(), link.expectedDigest()));
  }

  private void advance(long number, Digest digest, Set<Digest> acceptable) {
    links++;
    lastNumber = number;
    lastDigest = digest;
    previous = acceptable;
  }

  private void checkPlace(ChainLink link, boolean intact) {
    boolean gap = checkNumber(link.number(), link.runId().toString());
    if (!intact) {
      report(
          Kind.LINK_CHANGED,
          link.runId().toString(),
          link.number(),
          "The link of the run is not the one that was made");
    } else if (!gap && !previous.isEmpty() && !previous.contains(link.previous())) {
      report(
          Kind.OUT_OF_ORDER, link.runId().toString(), link.number(), doesNotFollow(link.number()));
    }
  }

  private String doesNotFollow(long number) {
    return "Link %d does not follow %s: links were exchanged, removed or put there"
        .formatted(number, lastNumber == 0 ? "the beginning" : "link " + lastNumber);
  }

  /** Returns whether numbers are missing before this one. */
  private boolean checkNumber(long number, @Nullable String runId) {
    long expected = lastNumber + 1;
    if (number > expected) {
      String which =
          number - expected == 1
              ? "Link " + expected
              : "Links %d to %d".formatted(expected, number - 1);
      report(
          Kind.LINK_REMOVED,
          null,
          expected,
          which + " of the chain, and with them their runs, are missing");
      return true;
    }
    if (number < expected) {
      report(Kind.OUT_OF_ORDER, runId, number, "The number %d is not the next".formatted(number));
    }
    return false;
  }

  private void checkTrustedHead(ChainLink link) {
    if (trustedHead == null || trustedHead.count() != link.number()) {
      return;
    }
    trustedHeadSeen = true;
    if (!trustedHead.digest().equals(link.digest())) {
      report(
          Kind.REWRITTEN,
          link.runId().toString(),
          link.number(),
          "Link %d has another digest than the trusted head".formatted(link.number()));
    }
  }

  private static Optional<Discrepancy> changeOf(StoredRun record, ChainLink link) {
    return record
        .<Optional<String>>match(
            run -> changeOf(run, link),
            retirement -> changeOf(retirement, link),
            reason -> Optional.of("The record was changed: " + reason),
            Optional::empty)
        .map(
            change -> new Discrepancy(Kind.CHANGED, link.runId().toString(), link.number(), change))
        .or(() -> removalOf(record, link));
  }

  private static Optional<Discrepancy> removalOf(StoredRun record, ChainLink link) {
    return record instanceof StoredRun.Missing
        ? Optional.of(
            new Discrepancy(
                Kind.REMOVED,
                link.runId().toString(),
                link.number(),
                "The record of the %s by %s, is gone"
                    .formatted(
                        link.isRetirement()
                            ? "retirement of a host, which was made"
                            : "run, which ended",
                        link.recordedAt())))
        : Optional.empty();
  }

  private static Optional<String> changeOf(Run run, ChainLink link) {
    if (link.version() < 1 || link.version() > CanonicalRun.CURRENT_VERSION) {
      return Optional.of("The version %d of its digest is not known".formatted(link.version()));
    }
    return CanonicalRun.digest(run, link.version()).equals(link.runDigest())
        ? Optional.empty()
        : Optional.of("The record is not the one that was made, or its link is not");
  }

  private static Optional<String> changeOf(HostRetirement retirement, ChainLink link) {
    return link.isRetirement() && CanonicalRetirement.digest(retirement).equals(link.runDigest())
        ? Optional.empty()
        : Optional.of("The retirement of a host is not the one that was made, or its link is not");
  }

  @Override
  public void unreadableLink(long number, String reason) {
    checkNumber(number, null);
    report(Kind.LINK_CHANGED, null, number, "The link cannot be read: " + reason);
    advance(number, Digest.ZERO, Set.of());
  }

  @Override
  public void unreadableRun(String runId, String reason) {
    report(Kind.CHANGED, runId, null, "The record of the active run was changed: " + reason);
  }

  @Override
  public void unchainedRetirement(String id) {
    report(
        Kind.INSERTED,
        id,
        null,
        "The retirement of a host has no link: it was written past the registry, or its link is"
            + " gone");
  }

  @Override
  public void unchained(String runId) {
    report(
        Kind.INSERTED,
        runId,
        null,
        "The finished run has no link: it was written past the registry, or its link is gone");
  }

  private void checkEnd() {
    if (trustedHead != null && !trustedHeadSeen) {
      report(
          trustedHead.count() > lastNumber ? Kind.TRUNCATED : Kind.LINK_REMOVED,
          null,
          trustedHead.count(),
          "Link %d, the trusted head, is missing; the chain ends with %d"
              .formatted(trustedHead.count(), lastNumber));
    }
  }

  private void report(Kind kind, @Nullable String runId, @Nullable Long link, String message) {
    report(new Discrepancy(kind, runId, link, message));
  }

  private void report(Discrepancy discrepancy) {
    discrepancies++;
    onDiscrepancy.accept(discrepancy);
  }
}
