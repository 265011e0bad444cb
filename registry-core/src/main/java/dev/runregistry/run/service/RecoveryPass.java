package dev.runregistry.run.service;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.IllegalRunTransitionException;
import dev.runregistry.run.Output;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.Lost;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunExecutor.TerminationReason;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.service.DatabaseAccess.SaveResult;
import dev.runregistry.run.service.ReconciledRun.Action;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One pass over all active runs of this host: those that ended are finished. Reads the journal and
 * the executors, and decides the consequences. Used once, by one thread.
 */
final class RecoveryPass {
  private static final Logger log = LoggerFactory.getLogger(RecoveryPass.class);

  /** The requests that are not handled yet are fewer, unless a host with very many is gone. */
  private static final int MAX_REQUESTS = 1_000;

  private final RunRepository repository;
  private final RunJournal journal;
  private final RunLifecycle lifecycle;
  private final @Nullable QueuedRuns queued;
  private final @Nullable CancelRequests requests;
  private final boolean adopts;
  private final DatabaseAccess access;
  private DatabaseIdentity here;
  private List<RunId> active = List.of();
  private @Nullable Map<RunId, CancelRequest> requested; // in the database, once it was queried

  /**
   * Creates one pass.
   *
   * @param queued the waiting runs; null if there is no queue
   * @param requests null if requests to cancel runs are looked for in the journal only
   * @param adopts whether runs of other databases are adopted
   */
  RecoveryPass(
      RunRepository repository,
      RunJournal journal,
      RunLifecycle lifecycle,
      @Nullable QueuedRuns queued,
      @Nullable CancelRequests requests,
      boolean adopts) {
    this.repository = repository;
    this.queued = queued;
    this.journal = journal;
    this.lifecycle = lifecycle;
    this.requests = requests;
    this.adopts = adopts;
    access = DatabaseAccess.forPass(repository);
    here = repository.identity();
  }

  Reconciliation run() {
    discardStaged();
    List<ReconciledRun> findings = run(journal.active());
    for (String name : journal.unrecognized()) {
      findings.add(quarantine(name));
    }
    if (queued != null) {
      findings.addAll(queued.recovery(access).run(this::newestRequests));
    }
    return new Reconciliation(findings);
  }

  /** Recovers these active runs only; returns a modifiable list. */
  List<ReconciledRun> run(List<RunId> ids) {
    active = ids;
    if (!active.isEmpty()) {
      here = access.identify();
    }
    List<ReconciledRun> findings = new ArrayList<>();
    for (RunId id : active) {
      recover(id).ifPresent(findings::add);
    }
    return findings;
  }

  private void discardStaged() {
    try {
      journal.discardStaged();
    } catch (RuntimeException e) { // does not affect runs
      log.debug("staged entries cannot be deleted", e);
    }
  }

  /** A failure never prevents the recovery of the others. */
  private Optional<ReconciledRun> recover(RunId id) {
    try {
      if (!journal.tryLock(id)) {
        return lockedByOther(id);
      }
      try {
        return recoverLocked(id);
      } finally {
        lifecycle.release(id);
      }
    } catch (RuntimeException | LinkageError e) {
      return Optional.of(failed(id, e));
    }
  }

  private Optional<ReconciledRun> lockedByOther(RunId id) {
    return lifecycle.isStartUnsaved(id)
        ? deferred(id, "Running; its start waits for the database")
        : skipped(id, "In progress: locked by another registry process");
  }

  private Optional<ReconciledRun> recoverLocked(RunId id) {
    DatabaseIdentity database = journal.database(id);
    boolean isOurs = database.matches(here);
    if (!isOurs && !adopts) {
      return skipped(id, recordedIn(database));
    }
    if (!isOurs && access.isUnavailable()) {
      return deferred(id, "Cannot be adopted: waiting for the database");
    }
    Optional<Path> workspace = journal.workspace(id);
    Optional<JournalEntry> entry = journal.read(id);
    if (workspace.isEmpty() || entry.isEmpty()) {
      return Optional.empty(); // archived meanwhile
    }
    return entry.get().match(new Recovery(id, workspace.get(), isOurs));
  }

  private String recordedIn(DatabaseIdentity database) {
    return database.address().equals(here.address())
        ? "Recorded in another database that was at "
            + database.address()
            + "; restore it or use reconcile --adopt"
        : "Recorded in %s; use --db %s or reconcile --adopt"
            .formatted(database.address(), database.address());
  }

  private ReconciledRun quarantine(String name) {
    try {
      return ReconciledRun.of(
          name, Action.QUARANTINED, "Not a run directory; moved to " + journal.quarantine(name));
    } catch (RuntimeException e) {
      return failed(name, e);
    }
  }

  private static ReconciledRun failed(Object name, Throwable e) {
    log.warn(
        "{} cannot be recovered yet and will be tried again: {}", name, DatabaseAccess.reason(e));
    log.debug("{} cannot be recovered", name, e);
    return ReconciledRun.of(name, Action.FAILED, "Cannot be recovered: " + e.getMessage());
  }

  /** Returns the request in the database; none if that is away, which is tried by the next pass. */
  private Optional<CancelRequest> requestedElsewhere(RunId id) {
    if (requested == null) {
      requested = requestsFor(active);
    }
    return Optional.ofNullable(requested.get(id));
  }

  private Map<RunId, CancelRequest> requestsFor(List<RunId> ids) {
    return requested(all -> all.find(ids));
  }

  /** For the waiting runs, of which there can be many thousands, where requests are few. */
  private Map<RunId, CancelRequest> newestRequests() {
    return requested(all -> all.newest(MAX_REQUESTS));
  }

  private Map<RunId, CancelRequest> requested(
      Function<CancelRequests, Map<RunId, CancelRequest>> query) {
    if (requests == null || access.isUnavailable()) {
      return Map.of();
    }
    try {
      return query.apply(requests);
    } catch (RepositoryException e) {
      log.debug("cancel requests in the database cannot be read", e);
      return Map.of();
    }
  }

  private static Optional<ReconciledRun> deferred(RunId id, String why) {
    return Optional.of(ReconciledRun.of(id, Action.DEFERRED, why));
  }

  private static Optional<ReconciledRun> skipped(RunId id, String why) {
    return Optional.of(ReconciledRun.of(id, Action.SKIPPED, why));
  }

  /** The recovery of one run whose lock this thread holds. */
  private final class Recovery implements JournalEntry.Cases<Optional<ReconciledRun>> {
    private final RunId id;
    private final Path workspace;
    private final boolean isBound;

    /**
     * Creates one.
     *
     * @param isBound whether the run belongs to this database; else it is adopted
     */
    Recovery(RunId id, Path workspace, boolean isBound) {
      this.id = id;
      this.workspace = workspace;
      this.isBound = isBound;
    }

    @Override
    public Optional<ReconciledRun> ended(JournalEntry.Ended entry) {
      adopt();
      return finding(entry.run(), lifecycle.record(entry.run(), here, true, access));
    }

    /**
     * Records the ending of a run whose entry contradicts its record: a run can change its entry,
     * its record is out of its reach.
     */
    private SaveResult recordContradicted(Run ended) {
      Optional<Run> recorded = recordedAsActive();
      if (recorded.isEmpty()) {
        return SaveResult.REFUSED;
      }
      Run run = recorded.get();
      Run result;
      try {
        result = run.withEndingOf(ended);
      } catch (IllegalArgumentException | IllegalRunTransitionException e) {
        // the entry has made it a dry-run, or the reverse, or run before it started
        result = lost(run, "Lost: its journal entry belongs to another run");
      }
      if (lifecycle.record(result, here, true, access) != SaveResult.SAVED) {
        return SaveResult.REFUSED;
      }
      log.warn("run {}: its journal entry contradicts its record, which was completed", id);
      return SaveResult.SAVED;
    }

    @Override
    public Optional<ReconciledRun> begun(JournalEntry.Begun entry) {
      Run running = entry.running();
      Optional<RunExecutor> executor = lifecycle.executorOf(running);
      return executor.isPresent()
          ? inspect(running, executor.get())
          : withoutExecutor(String.valueOf(running.executor()));
    }

    @Override
    public Optional<ReconciledRun> submitted(JournalEntry.Submitted entry) {
      Optional<RunExecutor> executor = lifecycle.executor(entry.executor());
      return executor.isPresent()
          ? inspect(entry.pending(), executor.get())
          : withoutExecutor(entry.executor());
    }

    private Optional<ReconciledRun> inspect(Run run, RunExecutor executor) {
      Inspection found = executor.inspect(run, workspace);
      if (!(found instanceof Inspection.NotVisible)) {
        adopt();
      }
      return found.match(new Decision(run, executor, true));
    }

    /** Returns the run as recorded; empty if it is not on record, or has ended there. */
    private Optional<Run> recordedAsActive() {
      return repository.find(id).filter(run -> !run.status().isFinal());
    }

    private static Run lost(Run run, String message) {
      return run.finish(new Lost(message, Output.NONE), run.startedAt());
    }

    /** A run can change its entry, and with it the executor; its record is out of its reach. */
    private Optional<ReconciledRun> withoutExecutor(String name) {
      Optional<Run> other =
          repository
              .find(id)
              .filter(known -> known.status() != RunStatus.PENDING) // it has none on record yet
              .filter(known -> !name.equals(known.executor()));
      return other.isPresent()
          ? corrupt(
              new JournalEntry.Corrupt("run.json has another executor than the record: " + name))
          : skipped(id, "Its executor is not configured here: " + name);
    }

    @Override
    public Optional<ReconciledRun> corrupt(JournalEntry.Corrupt entry) {
      if (lifecycle.executors().stream().anyMatch(each -> each.isAlive(id, workspace))) {
        throw new JournalException(
            entry.reason() + ", and its processes live", new IllegalStateException());
      }
      adopt();
      recordedAsActive()
          .ifPresent(
              run -> repository.save(lost(run, "Lost: its journal file on this host is damaged")));
      String place = journal.quarantine(id.toString());
      log.warn(
          "the journal entry of run {} is damaged ({}), moved to {}", id, entry.reason(), place);
      return Optional.of(
          ReconciledRun.of(
              id, Action.QUARANTINED, "Damaged: " + entry.reason() + "; moved to " + place));
    }

    /** Binds the run to this database. */
    private void adopt() {
      if (!isBound) {
        journal.bind(id, here);
      }
    }

    private Optional<ReconciledRun> finding(Run ended, SaveResult saved) {
      SaveResult result = saved == SaveResult.REFUSED ? recordContradicted(ended) : saved;
      return switch (result) {
        case SAVED -> {
          log.info("run {} is recorded: {}", id, ended.message());
          yield finding(ended, Action.RECORDED, ended.message());
        }
        case SUPERSEDED ->
            finding(
                ended,
                Action.SUPERSEDED,
                "Refused; another outcome is recorded: " + ended.message());
        case DEFERRED ->
            finding(ended, Action.DEFERRED, "Waiting for the database: " + ended.message());
        case REFUSED ->
            finding(
                ended,
                Action.FAILED,
                "Cannot be recovered: the database refuses " + ended.message());
      };
    }

    private Optional<ReconciledRun> finding(Run ended, Action action, String message) {
      return Optional.of(new ReconciledRun(id.toString(), action, message, Optional.of(ended)));
    }

    /** The consequence of an inspection. */
    private final class Decision implements Inspection.Cases<Optional<ReconciledRun>> {
      private Run run; // pending until its engine is known to have started it
      private final RunExecutor executor;
      private final boolean mayTerminate;

      Decision(Run run, RunExecutor executor, boolean mayTerminate) {
        this.run = run;
        this.executor = executor;
        this.mayTerminate = mayTerminate;
      }

      @Override
      public Optional<ReconciledRun> notVisible(Inspection.NotVisible found) {
        return skipped(id, found.reason());
      }

      @Override
      public Optional<ReconciledRun> pending(Inspection.Pending found) {
        Optional<CancelRequest> request = cancelRequest();
        if (request.isPresent()) {
          return cancelled(request.get());
        }
        String waits = found.reason().isEmpty() ? "Pending" : "Pending: " + found.reason();
        if (!found.isOverdue()) {
          return goesOn(waits, "; it waits for the database");
        }
        if (!mayTerminate) {
          return skipped(
              id, waits + "; it has waited too long and cannot be taken out of the queue");
        }
        log.info("run {} has waited too long for its start and is taken out of the queue", id);
        executor.terminate(run, workspace, TerminationReason.PENDING_LIMIT);
        return executor.inspect(run, workspace).match(new Decision(run, executor, false));
      }

      /** Applies the start of a run that was pending as far as its registry knew. */
      private void started(Optional<ExecutionHandle.Start> start) {
        if (run.status() == RunStatus.PENDING && start.isPresent()) {
          run = BegunRun.started(run, executor, start.get());
        }
      }

      @Override
      public Optional<ReconciledRun> running(Inspection.Running found) {
        if (run.status() == RunStatus.PENDING && found.start().isPresent()) {
          started(found.start());
          journal.start(run);
        }
        boolean isOverdue = isOverdue(found.age());
        Optional<CancelRequest> request =
            cancelRequest().filter(made -> !isOverdue || isInTime(made));
        if (request.isPresent()) {
          return cancelled(request.get());
        }
        if (!isOverdue) {
          return goesOn(
              "Running; its registry has exited", ", and its start waits for the database");
        }
        if (!mayTerminate) {
          return skipped(id, "Past its time limit; could not be terminated");
        }
        log.info("run {} is over its time limit and its registry is gone: it is terminated", id);
        executor.terminate(run, workspace, TerminationReason.TIME_LIMIT);
        return executor.inspect(run, workspace).match(new Decision(run, executor, false));
      }

      /**
       * Saves the active run, too: its registry may have died before it was saved.
       *
       * @param state its state
       * @param waits the rest of the sentence while it waits for the database
       */
      private Optional<ReconciledRun> goesOn(String state, String waits) {
        boolean before = journal.database(id).uuid().isPresent();
        SaveResult saved = access.saveIfAbsent(run, here);
        if (saved == SaveResult.SUPERSEDED) {
          return skipped(id, state + "; recorded as finished");
        }
        if (saved == SaveResult.SAVED && here.uuid().isPresent() && !before) {
          journal.bind(id, here);
        }
        return saved == SaveResult.SAVED || before
            ? skipped(id, state)
            : deferred(id, state + waits);
      }

      private Optional<ReconciledRun> cancelled(CancelRequest request) {
        if (!mayTerminate) {
          return skipped(id, "Cancelled; could not be terminated");
        }
        log.info("run {} is cancelled and its registry is gone: it is terminated", id);
        return executor.cancel(run, workspace, request).match(new Decision(run, executor, false));
      }

      /** Returns whether the run was not over its time limit when the request was made. */
      private boolean isInTime(CancelRequest request) {
        Duration limit = run.spec().timeLimit();
        return limit == null
            || Duration.between(run.startedAt(), request.at()).compareTo(limit) < 0;
      }

      private Optional<CancelRequest> cancelRequest() {
        return journal.cancelRequest(id).or(() -> requestedElsewhere(id));
      }

      private boolean isOverdue(Optional<Duration> age) {
        Duration limit = run.spec().timeLimit();
        return limit != null && age.filter(time -> time.compareTo(limit) >= 0).isPresent();
      }

      @Override
      public Optional<ReconciledRun> exited(Inspection.Exited found) {
        executor.terminate(run, workspace, TerminationReason.ENDED);
        started(found.start());
        return finish(found.outcome(), found.at());
      }

      @Override
      public Optional<ReconciledRun> lost(Inspection.Lost found) {
        Optional<CancelRequest> request = found.neverStarted() ? cancelRequest() : Optional.empty();
        if (request.isPresent()) {
          return finish(Cancelled.beforeStart(request.get()), request.get().at());
        }
        if (found.neverStarted() && queued != null && queued.putBack(id)) {
          return skipped(id, "Waiting in the queue again; it was not started");
        }
        started(found.start());
        // also if nothing was started: the time of the registry's death is unknown
        return finish(new Lost("Lost: " + found.reason(), found.output()), run.startedAt());
      }

      private Optional<ReconciledRun> finish(RunOutcome outcome, Instant at) {
        Run ended = run.finish(outcome, at);
        return finding(ended, lifecycle.finish(ended, here, access));
      }
    }
  }
}
