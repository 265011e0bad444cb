package dev.runregistry.run.service;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.ArchivedRun;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Stores requests to cancel runs where their owners find them: those of this host in the journal,
 * others in the database. Uses the database for runs that the journal does not have only.
 */
final class Cancellations {
  private static final Logger log = LoggerFactory.getLogger(Cancellations.class);

  private final RunRepository repository;
  private final RunJournal journal;
  private final CancelWatch watch;
  private final @Nullable CancelRequests requests;

  Cancellations(
      RunRepository repository,
      RunJournal journal,
      CancelWatch watch,
      @Nullable CancelRequests requests) {
    this.repository = repository;
    this.journal = journal;
    this.watch = watch;
    this.requests = requests;
  }

  /** Stores a request in the journal; empty if the run is neither active nor archived there. */
  Optional<CancelResult> requestHere(RunId id, CancelRequest request) {
    return activeHere(id, request).or(() -> archivedHere(id));
  }

  private Optional<CancelResult> activeHere(RunId id, CancelRequest request) {
    Optional<JournalEntry> entry = journal.read(id);
    if (entry.isEmpty()) {
      return Optional.empty();
    }
    if (entry.get() instanceof JournalEntry.Ended ended) {
      return Optional.of(CancelResult.alreadyFinal(ended.run().status()));
    }
    Optional<CancelRequest> before = journal.cancelRequest(id);
    if (before.isEmpty() && !journal.requestCancel(id, request)) {
      return Optional.empty(); // archived meanwhile
    }
    watch.request(id, before.orElse(request));
    return Optional.of(before.isPresent() ? CancelResult.REQUESTED_BEFORE : CancelResult.REQUESTED);
  }

  private Optional<CancelResult> archivedHere(RunId id) {
    return journal
        .archived(id)
        .map(ArchivedRun::ended)
        .map(ended -> CancelResult.alreadyFinal(ended.status()));
  }

  /** Stores a request for a run of another host in the database. */
  CancelResult requestElsewhere(RunId id, CancelRequest request) {
    Optional<Run> run = repository.find(id);
    if (run.isEmpty()) {
      return CancelResult.UNKNOWN;
    }
    if (run.get().status().isFinal()) {
      return CancelResult.alreadyFinal(run.get().status());
    }
    if (requests == null) {
      return CancelResult.outOfReach(
          Optional.ofNullable(run.get().provenance()).map(Provenance::host));
    }
    boolean isRepeated = requests.find(List.of(id)).containsKey(id);
    if (!isRepeated) {
      requests.add(id, request);
    }
    return isRepeated ? CancelResult.REQUESTED_BEFORE : CancelResult.REQUESTED;
  }

  boolean isRequested(RunId id) {
    try {
      return journal.cancelRequest(id).isPresent();
    } catch (JournalException e) { // only shown
      log.debug("run {}: its cancel request cannot be read", id, e);
      return false;
    }
  }
}
