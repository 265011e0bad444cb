package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A finished run and its link, as they are exported and imported.
 *
 * @param link the link of the run
 * @param run a finished run
 */
public record ChainedRun(ChainLink link, Run run) {
  /** Checks only for null: an entry that was tampered with is valid, too. */
  public ChainedRun {
    requireNonNull(link, "link");
    requireNonNull(run, "run");
  }

  /**
   * Returns why this entry cannot follow, as a sentence; empty if run and link are as they were
   * recorded and the link is the next one.
   *
   * @param head of the chain before; null if it is not known, then only the entry itself is checked
   */
  public Optional<String> problem(@Nullable ChainHead head) {
    if (!run.id().equals(link.runId()) || !run.status().isFinal()) {
      return Optional.of("Link %d is not that of run %s".formatted(link.number(), run.id()));
    }
    if (link.version() < 1 || link.version() > CanonicalRun.CURRENT_VERSION) {
      return Optional.of("The version %d of its digest is not known".formatted(link.version()));
    }
    if (!CanonicalRun.digest(run, link.version()).equals(link.runDigest())) {
      return Optional.of("The record of run %s is not the one that was made".formatted(run.id()));
    }
    if (!link.isIntact()) {
      return Optional.of("The link of run %s is not the one that was made".formatted(run.id()));
    }
    if (head != null
        && (link.number() != head.count() + 1 || !link.previous().equals(head.digest()))) {
      return Optional.of("Link %d does not follow link %d".formatted(link.number(), head.count()));
    }
    return Optional.empty();
  }
}
