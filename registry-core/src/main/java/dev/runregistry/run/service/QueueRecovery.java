package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import dev.runregistry.run.service.ReconciledRun.Action;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass over the waiting runs of this host: those that could not be saved are saved, those that
 * are to be cancelled or are damaged are ended. Used once, by one thread.
 */
final class QueueRecovery {
  private static final Logger log = LoggerFactory.getLogger(QueueRecovery.class);
  private static final String DAMAGED = "Its file in the queue is damaged; nothing was started.";

  private final QueuedRuns runs;
  private final RunQueue queue;
  private final RunJournal journal;
  private final RunRepository repository;
  private final InstantSource clock;
  private final DatabaseAccess access;

  QueueRecovery(
      QueuedRuns runs,
      RunQueue queue,
      RunJournal journal,
      RunRepository repository,
      InstantSource clock,
      DatabaseAccess access) {
    this.runs = runs;
    this.queue = queue;
    this.journal = journal;
    this.repository = repository;
    this.clock = clock;
    this.access = access;
  }

  /**
   * Takes the pass.
   *
   * @param requests returns requests to cancel runs, by id; not called if no run waits
   */
  List<ReconciledRun> run(Supplier<Map<RunId, CancelRequest>> requests) {
    List<ReconciledRun> findings = new ArrayList<>(savePending());
    findings.addAll(cancel(requests));
    findings.addAll(endDamaged());
    return findings;
  }

  /** Saves the waiting runs that are not known to be on record, until the database fails. */
  private List<ReconciledRun> savePending() {
    List<ReconciledRun> findings = new ArrayList<>();
    DatabaseIdentity here = repository.identity();
    for (WaitingRun waiting : queue.waiting()) {
      if (!waiting.isRecorded() && waiting.database().matches(here)) {
        savePending(waiting.id()).ifPresent(findings::add);
      }
    }
    return findings;
  }

  private Optional<ReconciledRun> savePending(RunId id) {
    try {
      Optional<QueuedRun> queued = queue.tryLock(id);
      if (queued.isEmpty()) {
        return Optional.empty();
      }
      try {
        boolean isSaved =
            queued.get().hasKey() || queued.get().isRecorded() || runs.save(queued.get(), access);
        return isSaved
            ? Optional.empty()
            : Optional.of(
                ReconciledRun.of(id, Action.DEFERRED, "Waiting in the queue and for the database"));
      } finally {
        journal.unlock(id);
      }
    } catch (JournalException e) {
      return Optional.of(
          ReconciledRun.of(id, Action.FAILED, "Cannot be read in the queue: " + e.getMessage()));
    }
  }

  /**
   * Ends the waiting runs that are to be cancelled by requests of other hosts. One that is locked,
   * because it is submitted or started now, is left to the next pass or to its owner.
   */
  private List<ReconciledRun> cancel(Supplier<Map<RunId, CancelRequest>> requests) {
    List<ReconciledRun> findings = new ArrayList<>();
    if (queue.waiting().isEmpty()) {
      return findings;
    }
    Map<RunId, CancelRequest> requested = requests.get();
    List<RunId> ids =
        requested.isEmpty()
            ? List.of()
            : runs.recorded().stream().filter(requested::containsKey).toList();
    for (RunId id : ids) {
      cancel(id, requireNonNull(requested.get(id))).ifPresent(findings::add);
    }
    return findings;
  }

  private Optional<ReconciledRun> cancel(RunId id, CancelRequest request) {
    try {
      return queue
          .tryLock(id)
          .map(queued -> runs.cancelLocked(queued, request, access))
          .map(this::finding);
    } catch (JournalException e) {
      return Optional.of(
          ReconciledRun.of(id, Action.FAILED, "Cannot be cancelled: " + e.getMessage()));
    }
  }

  private ReconciledRun finding(Run ended) {
    Action action = access.isUnavailable() ? Action.DEFERRED : Action.RECORDED;
    return new ReconciledRun(ended.id().toString(), action, ended.message(), Optional.of(ended));
  }

  /** Ends the runs on record that can never start because their files are damaged. */
  private List<ReconciledRun> endDamaged() {
    List<ReconciledRun> findings = new ArrayList<>();
    queue
        .damaged()
        .forEach(
            (id, database) -> {
              if (database.matches(repository.identity())) {
                findings.add(endDamaged(id));
              }
            });
    return findings;
  }

  private ReconciledRun endDamaged(RunId id) {
    if (access.isUnavailable()) {
      return ReconciledRun.of(id, Action.DEFERRED, DAMAGED + " It waits for the database.");
    }
    try {
      Optional<Run> recorded = repository.find(id);
      if (recorded.isEmpty()) { // it may be on record in another database
        return ReconciledRun.of(id, Action.SKIPPED, DAMAGED + " It is not recorded here.");
      }
      Run run = recorded.get();
      if (!run.status().isFinal()) {
        repository.save(run.finish(QueuedRuns.refused(run, DAMAGED), clock.instant()));
      }
      String place = queue.quarantine(id);
      log.warn("the file of run {} in the queue is damaged, moved to {}", id, place);
      return ReconciledRun.of(id, Action.QUARANTINED, DAMAGED + " Moved to " + place);
    } catch (RepositoryException | JournalException e) {
      return ReconciledRun.of(id, Action.FAILED, DAMAGED + ' ' + e.getMessage());
    }
  }
}
