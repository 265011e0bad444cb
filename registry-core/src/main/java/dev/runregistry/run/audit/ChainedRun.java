package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.Run;
import java.util.Optional;

/**
 * A finished run and its link, as they are exported and imported.
 *
 * @param link the link of the run
 * @param run a finished run
 */
public record ChainedRun(ChainLink link, Run run) implements ChainEntry {
  /** Checks only for null: an entry that was tampered with is valid, too. */
  public ChainedRun {
    requireNonNull(link, "link");
    requireNonNull(run, "run");
  }

  @Override
  public Optional<String> recordProblem() {
    if (!run.id().equals(link.runId()) || !run.status().isFinal()) {
      return Optional.of("Link %d is not that of run %s".formatted(link.number(), run.id()));
    }
    if (link.version() < 1 || link.version() > CanonicalRun.CURRENT_VERSION) {
      return Optional.of("The version %d of its digest is not known".formatted(link.version()));
    }
    if (!CanonicalRun.digest(run, link.version()).equals(link.runDigest())) {
      return Optional.of("The record of run %s is not the one that was made".formatted(run.id()));
    }
    return Optional.empty();
  }
}
