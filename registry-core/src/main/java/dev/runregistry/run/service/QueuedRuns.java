package dev.runregistry.run.service;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunOutcome.Cancelled;
import dev.runregistry.run.RunOutcome.DryRunFailed;
import dev.runregistry.run.RunOutcome.NotStarted;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.idempotency.Acceptance;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueuedRun;
import dev.runregistry.run.queue.WaitingRun;
import dev.runregistry.run.service.DatabaseAccess.SaveResult;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The waiting runs, from their submission until they start or end. The queue comes before the
 * database, which never fails the caller: a pending run that could not be saved is saved by {@link
 * QueueRecovery}, or when it starts.
 *
 * <p>Safe for use by many threads.
 */
final class QueuedRuns {
  private static final Logger log = LoggerFactory.getLogger(QueuedRuns.class);
  private static final String UNKNOWN_KEY =
      "Its idempotency key could not be saved; nothing was started";

  private static final Duration AFTER_OUTAGE = Duration.ofSeconds(10);
  private static final Duration DECISION = Duration.ofSeconds(5);
  private static final Duration RETRY = Duration.ofMillis(5);

  private final RunQueue queue;
  private final int max;
  private final @Nullable UnaryOperator<Invocation> origin;
  private final RunJournal journal;
  private final RunRepository repository;
  private final RunLifecycle lifecycle;
  private final InstantSource clock;
  private volatile long recordsUnknownUntil = System.nanoTime(); // after an outage

  /**
   * Creates it.
   *
   * @param max the maximum number of waiting runs
   * @param origin completes an invocation by the working directory and the environment of this
   *     process; null to start it in those of the process that starts it
   */
  QueuedRuns(
      RunQueue queue,
      int max,
      @Nullable UnaryOperator<Invocation> origin,
      RunJournal journal,
      RunRepository repository,
      RunLifecycle lifecycle,
      InstantSource clock) {
    this.queue = queue;
    this.max = max;
    this.origin = origin;
    this.journal = journal;
    this.repository = repository;
    this.lifecycle = lifecycle;
    this.clock = clock;
  }

  /**
   * Adds a run to the queue, and saves it if the database is reachable.
   *
   * @throws QueueFullException if the queue is full; nothing was added
   * @throws JournalException if it cannot be written; nothing was added
   */
  Run enqueue(RunId id, RunRequest request, QueueOptions options) {
    QueuedRun queued = add(id, request, options, false);
    try {
      save(queued, DatabaseAccess.forOneRun(repository));
    } finally {
      journal.unlock(id);
    }
    return queued.run();
  }

  private QueuedRun add(RunId id, RunRequest request, QueueOptions options, boolean hasKey) {
    Invocation invocation =
        origin == null ? request.toInvocation() : origin.apply(request.toInvocation());
    QueueOptions chosen = withExecutor(options, request);
    Run pending = Run.pending(id, request.toSpec(id), clock.instant());
    QueuedRun queued =
        new QueuedRun(
            chosen.executor() == null ? pending : lifecycle.withProvenance(pending, invocation),
            invocation,
            request.datasetUsed(),
            chosen,
            repository.identity().withoutUuid(),
            hasKey);
    queue.enqueue(queued, max);
    return queued;
  }

  /** Runs of an engine that is the default wait for it also in another registry's dispatcher. */
  private QueueOptions withExecutor(QueueOptions options, RunRequest request) {
    return request.mode() == RunMode.LOCAL && options.executor() == null
        ? options.withExecutor(lifecycle.engine())
        : options;
  }

  /** Saves a pending run that is locked here; returns whether it is on record. */
  boolean save(QueuedRun queued, DatabaseAccess access) {
    if (access.save(queued.run(), queued.database()) != SaveResult.SAVED) {
      return false;
    }
    bind(queued.run().id());
    return true;
  }

  private void bind(RunId id) {
    DatabaseIdentity database = repository.identity();
    if (database.uuid().isPresent()) {
      try {
        queue.bind(id, database);
      } catch (JournalException e) { // then it is saved once more
        log.warn("run {}: its database could not be journaled", id, e);
      }
    }
  }

  /**
   * Adds the run of {@code wanted} to the queue, and saves it together with its key, unless the key
   * is stored for another one.
   *
   * @throws RepositoryException if the database cannot be reached; nothing will be started
   * @throws QueueFullException if the queue is full; nothing was added or stored
   * @throws JournalException if it cannot be written; nothing was added or stored
   */
  Acceptance enqueueOnce(
      IdempotencyKeys keys, IdempotencyRecord wanted, RunRequest request, QueueOptions options) {
    Optional<IdempotencyRecord> earlier = keys.find(wanted.key(), clock.instant());
    if (earlier.isPresent()) {
      return replay(earlier.get(), wanted);
    }
    QueuedRun queued = add(wanted.runId(), request, options, true);
    try {
      IdempotencyRecord stored = save(keys, wanted, queued);
      if (!stored.runId().equals(wanted.runId())) {
        queue.withdraw(wanted.runId());
        return replay(stored, wanted);
      }
      bind(wanted.runId());
      return new Acceptance.Accepted(queued.run(), false);
    } finally {
      journal.unlock(wanted.runId());
    }
  }

  /** On failure it is unknown whether the run is on record: its ending is recorded later. */
  private IdempotencyRecord save(IdempotencyKeys keys, IdempotencyRecord wanted, QueuedRun queued) {
    try {
      return keys.save(wanted, queued.run());
    } catch (RuntimeException | Error e) {
      DatabaseAccess none = DatabaseAccess.forOneRun(repository);
      none.setUnavailable();
      end(queued, refused(queued.run(), UNKNOWN_KEY), none);
      throw e;
    }
  }

  private Acceptance replay(IdempotencyRecord earlier, IdempotencyRecord wanted) {
    if (!earlier.fingerprint().equals(wanted.fingerprint())) {
      return new Acceptance.KeyMismatch(earlier.runId());
    }
    return new Acceptance.Accepted(
        repository
            .find(earlier.runId())
            .orElseThrow(
                () -> new IllegalStateException("a key without its run: " + earlier.runId())),
        true);
  }

  /**
   * Ends a waiting run as cancelled, durably; empty if it does not wait. While another thread or
   * process holds its lock, because it is submitted or started, waits up to {@link #DECISION}.
   *
   * @throws JournalException if it cannot be read or written; the run still waits
   */
  Optional<Run> cancel(RunId id, CancelRequest request) {
    return lock(id)
        .map(queued -> cancelLocked(queued, request, DatabaseAccess.forOneRun(repository)));
  }

  /** Ends a run that is locked here as cancelled, and unlocks it. */
  Run cancelLocked(QueuedRun queued, CancelRequest request, DatabaseAccess access) {
    try {
      return end(queued, Cancelled.beforeStart(request), access);
    } finally {
      lifecycle.release(queued.run().id());
    }
  }

  private Optional<QueuedRun> lock(RunId id) {
    long giveUp = System.nanoTime() + DECISION.toNanos();
    Optional<QueuedRun> locked = queue.tryLock(id);
    while (locked.isEmpty() && queue.read(id).isPresent() && System.nanoTime() < giveUp) {
      LockSupport.parkNanos(RETRY.toNanos());
      locked = queue.tryLock(id);
    }
    return locked;
  }

  /** Ends a run that is locked here and will not start. */
  private Run end(QueuedRun queued, RunOutcome outcome, DatabaseAccess access) {
    Run ended = queued.run().finish(outcome, clock.instant());
    queue.end(ended, queued.database());
    RunLifecycle.logEnd(ended);
    lifecycle.record(ended, queued.database(), true, access);
    return ended;
  }

  /** Ends a run that is locked here and cannot start, for this reason. */
  void refuse(QueuedRun queued, String why) {
    end(queued, refused(queued.run(), why), DatabaseAccess.forOneRun(repository));
  }

  /** Returns the outcome of a run that cannot start, for this reason. */
  static RunOutcome refused(Run pending, String why) {
    return pending.spec().mode() == RunMode.DRY_RUN
        ? new DryRunFailed(why, why + '\n')
        : new NotStarted(NotStarted.Cause.REFUSED, why);
  }

  /**
   * Returns whether a run that is locked here may start: one with an idempotency key only if it is
   * on record, because its key is then, too; one that is not is ended. One that has ended on
   * record, because its host was retired, is archived and does not start.
   *
   * @throws RepositoryException if that cannot be determined now
   */
  boolean mayStart(QueuedRun queued) {
    Optional<Run> ended = endedOnRecord(queued);
    if (ended.isPresent()) {
      log.warn("run {} is not started: {}", queued.run().id(), ended.get().message());
      queue.end(ended.get(), queued.database());
      lifecycle.record(ended.get(), queued.database(), true, DatabaseAccess.forOneRun(repository));
      return false;
    }
    if (!queued.hasKey() || queued.isRecorded()) {
      return true;
    }
    if (repository.find(queued.run().id()).isPresent()) {
      bind(queued.run().id());
      return true;
    }
    refuse(queued, UNKNOWN_KEY);
    return false;
  }

  /** Looks only for runs that wait longer than a host that is retired was seen, at least. */
  private Optional<Run> endedOnRecord(QueuedRun queued) {
    Duration waited = Duration.between(queued.run().createdAt(), clock.instant());
    if (!queued.isRecorded()
        || waited.compareTo(KnownHost.UNSEEN_AFTER) < 0
        || System.nanoTime() - recordsUnknownUntil < 0) {
      return Optional.empty();
    }
    try {
      return repository.find(queued.run().id()).filter(run -> run.status().isFinal());
    } catch (RepositoryException e) { // no outage keeps a run from starting
      log.debug("run {}: its record cannot be read before it starts", queued.run().id(), e);
      recordsUnknownUntil = System.nanoTime() + AFTER_OUTAGE.toNanos();
      return Optional.empty();
    }
  }

  /**
   * Moves a run that is locked here to the active runs.
   *
   * @param invocation as it is started
   * @param variables those of its environment that are recorded in any case
   */
  Run begin(QueuedRun queued, Invocation invocation, Map<String, String> variables) {
    Run running = lifecycle.started(queued.run(), invocation, variables);
    queue.begin(running, queued.database());
    lifecycle.begun(running, queued.database());
    return running;
  }

  /**
   * Moves a run that is locked here to the active runs, to be handed to its engine.
   *
   * @param writer saves its states
   * @param onStart called with the run once its engine has started it
   */
  BegunRun submit(QueuedRun run, RunExecutor executor, Executor writer, Consumer<Run> onStart) {
    Run pending = run.run();
    queue.submit(pending, executor.name(), run.database());
    lifecycle.begun(pending, run.database());
    return lifecycle.submitted(pending, executor, run.isRecorded(), writer, onStart);
  }

  /** Returns the waiting runs that are known to be on record in this database. */
  List<RunId> recorded() {
    DatabaseIdentity here = repository.identity();
    return queue.waiting().stream()
        .filter(waiting -> waiting.isRecorded() && waiting.database().matches(here))
        .map(WaitingRun::id)
        .toList();
  }

  /** Returns one pass over the waiting runs. */
  QueueRecovery recovery(DatabaseAccess access) {
    return new QueueRecovery(this, queue, journal, repository, clock, access);
  }

  /** Returns a waiting run. */
  Optional<Run> find(RunId id) {
    return queue.read(id).map(QueuedRun::run);
  }

  /** Puts an active run back of which nothing was started; false if it was not in the queue. */
  boolean putBack(RunId id) {
    return queue.putBack(id);
  }
}
