package dev.runregistry.run.audit;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.host.HostRetirement;
import java.util.Optional;

/**
 * A retirement of a host and its link, as they are exported and imported.
 *
 * @param link the link of the retirement
 * @param retirement the retirement
 */
public record ChainedRetirement(ChainLink link, HostRetirement retirement) implements ChainEntry {
  /** Checks only for null: an entry that was tampered with is valid, too. */
  public ChainedRetirement {
    requireNonNull(link, "link");
    requireNonNull(retirement, "retirement");
  }

  @Override
  public Optional<String> recordProblem() {
    if (!retirement.id().equals(link.runId().value()) || !link.isRetirement()) {
      return Optional.of(
          "Link %d is not that of retirement %s".formatted(link.number(), retirement.id()));
    }
    if (!CanonicalRetirement.digest(retirement).equals(link.runDigest())) {
      return Optional.of(
          "The record of retirement %s is not the one that was made".formatted(retirement.id()));
    }
    return Optional.empty();
  }
}
