package dev.runregistry.run.service;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.IdempotencyClaim;
import dev.runregistry.run.JournalException;
import dev.runregistry.run.RepositoryException;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.Submission;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes up each request that has a key once, whoever dies meanwhile.
 *
 * <p>The journal knows which key is wanted for which run before the database does, and the run
 * begins after both: so a key that was claimed by a registry of this host that is gone, for a run
 * that never began, is found here and given back. It cannot come to two runs:
 *
 * <ul>
 *   <li>A run that is told to be given back never begins, whatever its registry does: the journal
 *       lets it either begin or be discarded, once.
 *   <li>Only the claim for that very run is removed from the database, so that it does not matter
 *       how often, by how many, or how late it is given back.
 *   <li>Of all who then want the key, the database lets one have it.
 * </ul>
 *
 * <p>Safe for use by many threads.
 */
final class KeyedRequests {
  private static final Logger log = LoggerFactory.getLogger(KeyedRequests.class);

  /**
   * A statement that a dying registry sent may arrive after the key was given back for it. No
   * connection of ours lets a statement go on for more than a second; the rest is for the network.
   */
  private static final Duration UNDER_WAY = Duration.ofSeconds(10);

  private final IdempotencyKeys keys;
  private final RunRepository repository;
  private final RunJournal journal;
  private final InstantSource clock;

  KeyedRequests(
      IdempotencyKeys keys, RunRepository repository, RunJournal journal, InstantSource clock) {
    this.keys = keys;
    this.repository = repository;
    this.journal = journal;
    this.clock = clock;
  }

  /**
   * Claims the key and, if it has it, does that.
   *
   * @param carryOut begins the run of the claim and carries it out; throws {@link JournalException}
   *     if it could not begin
   */
  Submission submit(IdempotencyClaim wanted, Supplier<Run> carryOut) {
    journal.prepare(wanted, repository.identity());
    Optional<Submission> earlier = claim(wanted);
    if (earlier.isPresent()) {
      journal.abandon(wanted.runId());
      return earlier.get();
    }
    try {
      return new Submission.Ended(carryOut.get(), false);
    } catch (JournalException e) {
      giveUp(wanted);
      throw e;
    }
  }

  /** What became of the request that has the key; empty if it is ours now. */
  private Optional<Submission> claim(IdempotencyClaim wanted) {
    try {
      IdempotencyClaim standing = keys.claim(wanted);
      if (!isOther(standing, wanted)) {
        return Optional.empty();
      }
      Optional<Submission> earlier = fate(standing, wanted.fingerprint());
      if (earlier.isPresent()) {
        return earlier;
      }
      IdempotencyClaim now = keys.claim(wanted);
      return isOther(now, wanted)
          ? Optional.of(became(now, wanted.fingerprint(), onRecord(now)))
          : Optional.empty();
    } catch (RuntimeException | Error e) { // the key may be ours all the same: that is looked after
      journal.release(wanted.runId());
      throw e;
    }
  }

  private static boolean isOther(IdempotencyClaim standing, IdempotencyClaim wanted) {
    return !standing.runId().equals(wanted.runId());
  }

  private void giveUp(IdempotencyClaim claim) {
    try {
      keys.release(claim);
      journal.abandon(claim.runId());
    } catch (RepositoryException e) {
      journal.release(claim.runId());
      log.warn("the key of run {}, which was not started, is given back later", claim.runId(), e);
    }
  }

  /** What became of an earlier request under this key; empty if there is none. */
  Optional<Submission> find(String key, String fingerprint) {
    return keys.find(key, clock.instant()).flatMap(claim -> fate(claim, fingerprint));
  }

  /** What became of the request; empty if its key was given back now. */
  private Optional<Submission> fate(IdempotencyClaim claim, String fingerprint) {
    Optional<Run> run = onRecord(claim);
    return run.isEmpty() && isGivenBack(claim)
        ? Optional.empty()
        : Optional.of(became(claim, fingerprint, run));
  }

  private Optional<Run> onRecord(IdempotencyClaim claim) {
    return repository.find(claim.runId());
  }

  private static Submission became(
      IdempotencyClaim claim, String fingerprint, Optional<Run> onRecord) {
    if (!claim.fingerprint().equals(fingerprint)) {
      return new Submission.KeyReused(claim.runId());
    }
    return onRecord
        .filter(run -> run.status().isFinal())
        .<Submission>map(run -> new Submission.Ended(run, true))
        .orElse(new Submission.InProgress(claim.runId()));
  }

  private boolean isGivenBack(IdempotencyClaim claim) {
    Set<RunId> givenBack = new HashSet<>();
    try {
      journal.discardUnbegun(
          (unbegun, database) -> {
            if (!isOurs(database)) {
              return false;
            }
            boolean forGood = giveBack(unbegun);
            givenBack.add(unbegun.runId());
            return forGood;
          });
    } catch (JournalException e) {
      log.warn("what never began cannot be removed", e);
    }
    return givenBack.contains(claim.runId());
  }

  /**
   * Returns whether a key that was wanted in that database is to be given back in this one. A key
   * of another database is not here, and must not be forgotten before it is given back there.
   */
  private boolean isOurs(DatabaseIdentity database) {
    return database.matches(repository.identity());
  }

  /** Gives the key back if it was wanted in this database, or if keys are adopted from others. */
  boolean giveBack(IdempotencyClaim unbegun, DatabaseIdentity database, boolean adopts) {
    return (adopts || isOurs(database)) && giveBack(unbegun);
  }

  /**
   * Gives back the key of a run that never began and never will.
   *
   * @return whether that is for good; else it has to be done again
   * @throws RepositoryException if the database cannot be reached
   */
  private boolean giveBack(IdempotencyClaim unbegun) {
    keys.release(unbegun);
    log.info("run {} never began: its key can be used again", unbegun.runId());
    return unbegun.claimedAt().isBefore(clock.instant().minus(UNDER_WAY));
  }
}
