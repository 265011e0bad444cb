package dev.runregistry.run.audit;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A link of the chain and the record that it is of, as they are exported and imported. */
public sealed interface ChainEntry permits ChainedRun, ChainedRetirement {
  /** Returns the link. */
  ChainLink link();

  /**
   * Returns why the link is not that of the record, as a sentence; empty if it is, and the record
   * is as it was made.
   */
  Optional<String> recordProblem();

  /**
   * Returns why this entry cannot follow, as a sentence; empty if record and link are as they were
   * recorded and the link is the next one.
   *
   * @param head of the chain before; null if it is not known, then only the entry itself is checked
   */
  default Optional<String> problem(@Nullable ChainHead head) {
    Optional<String> ofRecord = recordProblem();
    if (ofRecord.isPresent()) {
      return ofRecord;
    }
    if (!link().isIntact()) {
      String kind = link().isRetirement() ? "retirement" : "run";
      return Optional.of(
          "The link of %s %s is not the one that was made".formatted(kind, link().runId()));
    }
    if (head != null
        && (link().number() != head.count() + 1 || !link().previous().equals(head.digest()))) {
      return Optional.of(
          "Link %d does not follow link %d".formatted(link().number(), head.count()));
    }
    return Optional.empty();
  }
}
