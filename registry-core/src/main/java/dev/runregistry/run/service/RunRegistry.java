package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.CancelRequest;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.audit.ChainEntry;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.host.Home;
import dev.runregistry.run.host.HostNotRetiredException;
import dev.runregistry.run.host.HostRetirement;
import dev.runregistry.run.host.KnownHost;
import dev.runregistry.run.host.RetiredHost;
import dev.runregistry.run.host.UnseenHost;
import dev.runregistry.run.idempotency.Acceptance;
import dev.runregistry.run.idempotency.IdempotencyRecord;
import dev.runregistry.run.idempotency.Submission;
import dev.runregistry.run.port.CancelRequests;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.Inspection;
import dev.runregistry.run.port.JournalEntry;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.OutputReader;
import dev.runregistry.run.port.ProvenanceSource;
import dev.runregistry.run.port.QueueControl;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunIdGenerator;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunQueue;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.StaleRunException;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.run.port.host.Hosts;
import dev.runregistry.run.query.RunFilter;
import dev.runregistry.run.query.RunHistogram;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunIdSuffix;
import dev.runregistry.run.query.RunNotFoundException;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import dev.runregistry.run.queue.QueueFullException;
import dev.runregistry.run.queue.QueueLimits;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueueStatus;
import dev.runregistry.run.service.chain.ChainExport;
import dev.runregistry.run.service.chain.ChainImport;
import dev.runregistry.run.service.chain.ChainVerifier;
import dev.runregistry.run.service.chain.InvalidChainException;
import dev.runregistry.run.service.chain.VerificationResult;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Executes runs and keeps one record of each. The entry point for the command line, the HTTP server
 * and programs that embed the registry.
 *
 * <p>As safe for use by many threads at once as its ports, whose contracts all require it. While
 * runs execute, daemon threads look for requests to cancel them; no other threads are started. Does
 * not close the ports; the caller does.
 */
public final class RunRegistry {
  private final RunRepository repository;
  private final RunJournal journal;
  private final RunLifecycle lifecycle;
  private final List<RunExecutor> executors;
  private final DatasetCatalog catalog;
  private final RunIdGenerator ids;
  private final @Nullable IdempotentSubmissions idempotency;
  private final @Nullable RunQueue queue;
  private final @Nullable QueueControl queueControl;
  private final @Nullable QueuedRuns queued;
  private final @Nullable IdempotencyKeys keys;
  private final @Nullable RunChain chain;
  private final @Nullable CancelRequests cancelRequests;
  private final Cancellations cancellations;
  private final @Nullable HostRecords hosts;
  private final InstantSource clock;

  private RunRegistry(Builder builder) {
    repository = requireNonNull(builder.repository, "repository");
    journal = requireNonNull(builder.journal, "journal");
    executors = builder.executors();
    catalog = requireNonNull(builder.catalog, "catalog");
    ids = requireNonNull(builder.ids, "ids");
    chain = builder.chain;
    clock = builder.clock;
    cancelRequests = builder.cancelRequests;
    CancelWatch cancelWatch = new CancelWatch(journal, cancelRequests);
    cancellations = new Cancellations(repository, journal, cancelWatch, cancelRequests);
    lifecycle = lifecycle(builder, journal, cancelWatch);
    queue = builder.queue;
    queueControl = builder.queueControl;
    queued =
        builder.queue == null
            ? null
            : new QueuedRuns(
                builder.queue,
                builder.queueMax,
                builder.origin,
                journal,
                repository,
                lifecycle,
                clock);
    hosts =
        builder.hosts == null
            ? null
            : new HostRecords(
                builder.hosts,
                repository,
                executors,
                queued,
                new TakenOverRuns(
                    builder.hosts,
                    repository,
                    journal,
                    executors,
                    cancelRequests,
                    home -> lifecycle(builder, home, cancelWatch)));
    keys = builder.keys;
    idempotency =
        builder.keys == null
            ? null
            : new IdempotentSubmissions(builder.keys, repository, lifecycle, clock);
  }

  private RunLifecycle lifecycle(Builder builder, RunJournal home, CancelWatch cancelWatch) {
    return new RunLifecycle(
        repository,
        home,
        executors,
        new DatasetCheck(catalog, builder.datasetChecker, executors.get(0)::cancelled),
        builder.provenance,
        clock,
        builder.startWriter,
        cancelWatch);
  }

  /** Returns a builder; its first five ports are required, the others have defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Executes the request to its end, and returns the finished run. It is journaled before it
   * starts, so a crash cannot lose it, and it is saved as soon as the database is reachable: a
   * failure of the database at any point is logged and changes neither the run nor the result (the
   * journal keeps the run until the database has it).
   *
   * @throws IllegalArgumentException if a value of the request is outside its limits; nothing was
   *     recorded or started
   * @throws JournalException if the run cannot be journaled; nothing was started
   * @throws UnreadableOutcomeException if its outcome cannot be read now; {@link #reconcile}
   *     records its ending once it can
   */
  public Run submit(RunRequest request) {
    return submit(newId(), request);
  }

  /** Returns a new id, for a run that is submitted under it. */
  public RunId newId() {
    return ids.next();
  }

  /**
   * Submits as {@link #submit(RunRequest)} does, under an id that the caller knows beforehand.
   *
   * @param id from {@link #newId}; for one run only
   * @throws IllegalArgumentException if a value of the request is outside its limits; nothing was
   *     recorded or started
   * @throws JournalException if the run cannot be journaled, for example because one with this id
   *     exists already; nothing was started
   * @throws UnreadableOutcomeException if its outcome cannot be read now
   */
  public Run submit(RunId id, RunRequest request) {
    Run running = lifecycle.begin(id, request);
    try {
      return lifecycle.execute(running, request, lifecycle.saveStart(running));
    } finally {
      lifecycle.release(id);
    }
  }

  /**
   * Executes the request, unless a request under this key was accepted within the last {@link
   * IdempotencyRecord#TTL}, here or on another host that shares the database. Else the same as
   * {@link #submit}, with one difference: while the database cannot be reached nothing is started,
   * because it is unknown whether the request was executed before.
   *
   * @param key the client's name of its request, valid as {@link IdempotencyRecord#key}
   * @param fingerprint distinguishes the request from others under the same key
   * @throws IllegalArgumentException if a value is outside its limits; nothing was stored
   * @throws RepositoryException if the database cannot be reached; nothing was started
   * @throws JournalException if the run cannot be journaled; nothing was started, and the key can
   *     be used again
   * @throws IllegalStateException if the registry was built without keys
   */
  public Submission submitOnce(String key, String fingerprint, RunRequest request) {
    return submitOnce(key, fingerprint, newId(), request);
  }

  /**
   * Submits as {@link #submitOnce(String, String, RunRequest)} does, under an id that the caller
   * knows beforehand.
   *
   * @param id from {@link #newId}; that of the run if this call starts one
   */
  public Submission submitOnce(String key, String fingerprint, RunId id, RunRequest request) {
    IdempotencyRecord wanted = new IdempotencyRecord(key, fingerprint, id, clock.instant());
    return idempotency().submit(wanted, request);
  }

  /**
   * Returns the result of an earlier request under this key; empty if there was none. Starts
   * nothing.
   *
   * @throws RepositoryException if the database cannot be reached
   * @throws IllegalStateException if the registry was built without keys
   */
  public Optional<Submission> findSubmission(String key, String fingerprint) {
    return idempotency().find(key, fingerprint);
  }

  /** Returns whether requests can be submitted under a key. */
  public boolean supportsIdempotency() {
    return idempotency != null;
  }

  private IdempotentSubmissions idempotency() {
    if (idempotency == null) {
      throw new IllegalStateException("this registry was built without idempotency keys");
    }
    return idempotency;
  }

  /**
   * Requests that a run be cancelled. A run that waits in the queue of this host has ended when
   * this returns. Else the request is durable when this returns, and the run is terminated soon
   * after that: by its owner, which is any process of this host or of another one, or by {@link
   * #reconcile} if its owner has died. Of the natural end of the run, its time limit and the
   * cancellation, the first one is recorded. Runs of this host need no database.
   *
   * @param user the requester, as recorded: 1 to {@value CancelRequest#MAX_USER} characters
   * @throws IllegalArgumentException if the user is outside its limits
   * @throws JournalException if the request cannot be written on this host
   * @throws RepositoryException if this host does not have the run, and the database cannot be
   *     reached
   */
  public CancelResult cancel(RunId id, String user) {
    CancelRequest request = new CancelRequest(user, clock.instant());
    return cancelHere(id, request)
        .or(() -> cancelHere(id, request)) // recovery may have put it back in the queue meanwhile
        .orElseGet(() -> cancellations.requestElsewhere(id, request));
  }

  /** Returns empty if this host does not have the run. */
  private Optional<CancelResult> cancelHere(RunId id, CancelRequest request) {
    return queued != null && queued.cancel(id, request).isPresent()
        ? Optional.of(CancelResult.REQUESTED)
        : cancellations.requestHere(id, request);
  }

  /**
   * Adds the request to the queue of this host, and returns the pending run. When this returns, the
   * run is not lost by any crash, also if the database is unavailable: then it is saved later. It
   * is started by a {@link #dispatcher}.
   *
   * @param id from {@link #newId}; for one run only
   * @throws IllegalArgumentException if a value of the request is outside its limits; nothing was
   *     recorded
   * @throws QueueFullException if too many runs wait; nothing was recorded
   * @throws JournalException if it cannot be written; nothing was recorded
   * @throws IllegalStateException if the registry was built without a queue
   */
  public Run enqueue(RunId id, RunRequest request, QueueOptions options) {
    return required(queued).enqueue(id, request, options);
  }

  /** Enqueues as {@link #enqueue(RunId, RunRequest, QueueOptions)} does, under a new id. */
  public Run enqueue(RunRequest request, QueueOptions options) {
    return enqueue(newId(), request, options);
  }

  /**
   * Enqueues the request, unless a request under this key was accepted within the last {@link
   * IdempotencyRecord#TTL}. Else the same as {@link #enqueue}, with one difference: while the
   * database cannot be reached nothing is accepted, because it is unknown whether the request was
   * accepted before.
   *
   * @param key the client's name of its request, valid as {@link IdempotencyRecord#key}
   * @param fingerprint distinguishes the request from others under the same key
   * @param id from {@link #newId}; that of the run if this call adds one
   * @throws RepositoryException if the database cannot be reached; nothing is going to be started
   * @throws IllegalStateException if the registry was built without keys or without a queue
   */
  public Acceptance enqueueOnce(
      String key, String fingerprint, RunId id, RunRequest request, QueueOptions options) {
    return required(queued)
        .enqueueOnce(
            required(keys),
            new IdempotencyRecord(key, fingerprint, id, clock.instant()),
            request,
            options);
  }

  /**
   * Returns a dispatcher of the waiting runs, which has not begun.
   *
   * @param listener called with each run that it starts, before its command is started, and again
   *     with the ended run; must return soon
   * @throws IllegalStateException if the registry was built without a queue
   */
  public RunDispatcher dispatcher(QueueLimits limits, Consumer<Run> listener) {
    return dispatcher(limits, listener, RunDispatcher.ThreadStarter.DAEMON);
  }

  RunDispatcher dispatcher(
      QueueLimits limits, Consumer<Run> listener, RunDispatcher.ThreadStarter threads) {
    QueueControl control = required(queueControl);
    return new RunDispatcher(
        required(queue),
        control,
        required(queued),
        lifecycle,
        repository,
        limits,
        new SlotTable(control, journal, lifecycle, limits),
        listener,
        threads);
  }

  /** Returns whether runs can be enqueued. */
  public boolean hasQueue() {
    return queued != null;
  }

  /**
   * Returns the state of the queue of this host.
   *
   * @throws JournalException if it cannot be read
   * @throws IllegalStateException if the registry was built without a queue
   */
  public QueueStatus queueStatus() {
    QueueControl control = required(queueControl);
    List<RunId> held = control.held();
    return new QueueStatus(
        required(queue).depth(),
        held.size(),
        held.stream().mapToInt(run -> gpusOf(run, control)).sum(),
        control.isPaused(),
        control.isLocked());
  }

  /** Returns 0 for an allocation that cannot be read, which the dispatcher reports. */
  private static int gpusOf(RunId run, QueueControl control) {
    try {
      return control.allocation(run).map(allocation -> allocation.gpus().size()).orElse(0);
    } catch (JournalException e) { // it costs no more than its own figure
      return 0;
    }
  }

  /**
   * Prevents the start of waiting runs until {@link #resumeQueue}, durably; running runs go on.
   *
   * @throws JournalException if that cannot be written
   * @throws IllegalStateException if the registry was built without a queue
   */
  public void pauseQueue() {
    required(queueControl).pause();
  }

  /**
   * Permits the start of waiting runs again.
   *
   * @throws JournalException if that cannot be written
   * @throws IllegalStateException if the registry was built without a queue
   */
  public void resumeQueue() {
    required(queueControl).resume();
  }

  private static <T> T required(@Nullable T part) {
    if (part == null) {
      throw new IllegalStateException("this registry was built without a queue or without keys");
    }
    return part;
  }

  /**
   * Reconciles every active run of this host: records the ending of each run that has ended, for
   * runs that waited for the database, runs whose registry died before them, and lost runs. Skips
   * running ones, unless they exceed their time limit, and saves those that are not on record yet,
   * because the database was unavailable when they began. One failure never prevents the others
   * from being reconciled. Runs of another database, and runs of an executor that this registry
   * does not have, are skipped and reported.
   *
   * <p>If this home was {@link #announce announced}, also reconciles the runs of engines that were
   * submitted by a home which is not seen any more, in that home: the first such home to find them
   * takes them over.
   *
   * <p>May be called at any time, by any number of threads and processes at once, and repeatedly:
   * each run is reconciled once.
   *
   * @throws JournalException if the journal cannot be read
   */
  public Reconciliation reconcile() {
    return reconcile(false);
  }

  /**
   * Reconciles as {@link #reconcile} does, and adopts the runs of other databases: for a database
   * that was moved, or created anew. Runs that are still executing, and runs of other hosts, are
   * skipped.
   *
   * @throws JournalException if the journal cannot be read
   */
  public Reconciliation adopt() {
    return reconcile(true);
  }

  /**
   * Records the archived runs of this host again that the database has lost: after an older backup
   * was restored, or the database was created anew. A run that is on record as finished is
   * unchanged. Runs that were recorded in a database at another address are skipped and reported.
   * Idempotency keys are not archived, and are not restored.
   *
   * @param adopts whether runs of databases at other addresses are recorded here too
   * @return a finding for each run that was recorded or could not be, oldest first
   * @throws JournalException if the archive cannot be listed
   */
  public Reconciliation replayArchive(boolean adopts) {
    return new ArchiveReplay(repository, journal, adopts).run();
  }

  private Reconciliation reconcile(boolean adopts) {
    lifecycle.retryUnpersisted();
    lifecycle.retryStarts();
    Reconciliation own =
        new RecoveryPass(repository, journal, lifecycle, queued, cancelRequests, adopts).run();
    return adopts || hosts == null ? own : own.and(hosts.takenOver().recover());
  }

  /**
   * Verifies every finished run and the chain of their digests, and reports the differences. Reads
   * one snapshot, so a run that ends meanwhile is no false alarm. Changes nothing, and needs a
   * fixed amount of memory.
   *
   * @param kept a trusted head: returned by an earlier verification, and stored where writers of
   *     the database cannot change it; null if there is none, and then a removal of the last links
   *     with their runs, or a rewrite of all links from some link on, is not detected
   * @param found is called with each discrepancy, in the order of the chain
   * @throws RepositoryException if the runs cannot be read to the end
   * @throws IllegalStateException if the registry was built without a chain
   */
  public VerificationResult verify(@Nullable ChainHead kept, Consumer<Discrepancy> found) {
    return new ChainVerifier(kept, found).verify(chain());
  }

  /**
   * Verifies the chain as {@link #verify} does, and passes on the finished runs that match, with
   * their links, in the order of the chain, and without a condition also the retirements of hosts;
   * those that are not as they were recorded are left out. Needs a fixed amount of memory.
   *
   * @param action is called with each entry, on this thread
   * @param found is called with each discrepancy
   * @throws RepositoryException if the runs cannot be read to the end
   * @throws IllegalStateException if the registry was built without a chain
   */
  public VerificationResult exportChain(
      RunFilter filter, Consumer<ChainEntry> action, Consumer<Discrepancy> found) {
    return new ChainExport(filter, action, found).run(chain());
  }

  /**
   * Imports finished runs and retirements of another database with their links: verifies each,
   * changes none, and appends all or none. Their first link has to be the next one of this
   * database.
   *
   * @param entries in the order of the chain
   * @return the head of the chain afterwards
   * @throws InvalidChainException if an entry is not as it was recorded, or does not follow the one
   *     before
   * @throws StaleRunException if a run is on record already, or the first entry does not follow
   * @throws RepositoryException if the database cannot be reached
   * @throws IllegalStateException if the registry was built without a chain
   */
  public ChainHead importChain(Iterator<ChainEntry> entries) {
    return chain().append(new ChainImport(entries));
  }

  private RunChain chain() {
    if (chain == null) {
      throw new IllegalStateException("this registry was built without a chain");
    }
    return chain;
  }

  /**
   * Returns the number of runs of this host that have ended and whose ending is not in the database
   * yet. Above zero for longer than a moment, the database is unavailable.
   *
   * @throws JournalException if the journal cannot be read
   */
  public int pendingEndings() {
    return journal.countAwaitingRepository(repository.identity());
  }

  /**
   * Returns normally if a run could be journaled on this host now.
   *
   * @throws JournalException if the journal cannot be written
   */
  public void probeJournal() {
    journal.probe();
  }

  /**
   * Returns normally if the database answers.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public void ping() {
    repository.ping();
  }

  /**
   * Returns the run with that id, also if it waits in the queue of this host and is not on record
   * yet; empty if there is none.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public Optional<Run> find(RunId id) {
    Optional<Run> recorded = repository.find(id);
    return recorded.isPresent() || queued == null ? recorded : queued.find(id);
  }

  /**
   * Returns the run as this host has it, waiting, active or archived. Needs no database. Empty if
   * this host does not have it, or its entry is damaged.
   *
   * @throws JournalException if the journal cannot be read now
   */
  public Optional<Run> findJournaled(RunId id) {
    Optional<Run> waiting = queued == null ? Optional.empty() : queued.find(id);
    return waiting // in the order in which a run moves, so that it is not missed
        .or(() -> JournaledRun.find(journal, id));
  }

  /**
   * Returns whether the cancellation of an active run of this host was requested; false for other
   * runs, and if the journal cannot be read now.
   */
  public boolean isCancelRequested(RunId id) {
    return cancellations.isRequested(id);
  }

  /**
   * Returns why the engine of a pending run has not started it yet, in the words of the engine;
   * empty if this host does not have the run, it is in the queue of no engine, or the reason cannot
   * be determined now.
   */
  public Optional<String> pendingReason(RunId id) {
    try {
      Optional<Path> workspace = journal.workspace(id);
      return journal
          .read(id)
          .filter(JournalEntry.Submitted.class::isInstance)
          .map(JournalEntry.Submitted.class::cast)
          .flatMap(entry -> inspect(entry, workspace))
          .filter(Inspection.Pending.class::isInstance)
          .map(found -> ((Inspection.Pending) found).reason())
          .filter(reason -> !reason.isEmpty());
    } catch (JournalException | UnreadableOutcomeException e) {
      return Optional.empty();
    }
  }

  /**
   * Returns why the engine of a pending run has not started it yet, as it was last known to this
   * process; empty for other runs, and if that is not known. Needs neither the engine nor the
   * journal, so that a request never waits for them.
   */
  public Optional<String> lastPendingReason(Run run) {
    return run.status() == RunStatus.PENDING
        ? executors.stream()
            .flatMap(executor -> executor.lastPendingReason(run.id()).stream())
            .findFirst()
        : Optional.empty();
  }

  private Optional<Inspection> inspect(JournalEntry.Submitted entry, Optional<Path> workspace) {
    Optional<RunExecutor> executor = lifecycle.executor(entry.executor());
    return workspace.isPresent()
        ? executor.map(engine -> engine.inspect(entry.pending(), workspace.get()))
        : Optional.empty();
  }

  /**
   * Returns the run with that id.
   *
   * @throws RunNotFoundException if there is none
   * @throws RepositoryException if the database cannot be reached
   */
  public Run get(RunId id) {
    return find(id).orElseThrow(() -> new RunNotFoundException("no run " + id));
  }

  /**
   * Returns the ids with this prefix, at most {@code limit} of them, the largest first.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return repository.findIds(prefix, limit);
  }

  /**
   * Returns the ids with this suffix, at most {@code limit} of them, newest run first. Reads all
   * ids, which takes seconds for millions of runs.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public List<RunId> findIds(RunIdSuffix suffix, int limit) {
    return repository.findIds(suffix, limit);
  }

  /**
   * Returns the ids on record directly before and after each of these, as their bytes are ordered.
   *
   * @param ids on record; any number
   * @throws RepositoryException if the database cannot be reached
   */
  public Set<RunId> neighbours(List<RunId> ids) {
    Set<RunId> found = new HashSet<>();
    for (int i = 0; i < ids.size(); i += RunQuery.MAX_LIMIT) {
      found.addAll(
          repository.neighbours(ids.subList(i, Math.min(ids.size(), i + RunQuery.MAX_LIMIT))));
    }
    return found;
  }

  /**
   * Returns a page of summaries in the order of the query.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public RunPage list(RunQuery query) {
    return repository.list(query);
  }

  /**
   * Counts the newest runs that meet the filter by day and status: at most {@link RunQuery#WINDOW},
   * or those among as many if a condition has no index.
   *
   * @param zone in which a day begins and ends
   * @throws RepositoryException if the database cannot be reached
   */
  public RunHistogram histogram(RunFilter filter, ZoneId zone) {
    return RunHistogram.of(repository.sample(filter), zone);
  }

  /**
   * Returns whether the program of that command can be started on this host, now.
   *
   * @throws IllegalArgumentException if the command is empty
   */
  public RuntimeStatus runtime(List<String> command) {
    if (command.isEmpty()) {
      throw new IllegalArgumentException("a command needs a program");
    }
    return executors.get(0).probe(command);
  }

  /**
   * Returns a page of the datasets, by key.
   *
   * @param after only those whose key comes after this text; empty for the first page
   * @param limit the maximum number, 1 to {@value DatasetPage#MAX_LIMIT}
   * @throws DatasetException if they cannot be listed
   */
  public DatasetPage datasets(String after, int limit) {
    return catalog.list(after, limit);
  }

  /**
   * Returns the file with the whole output of a run to that stream, so far or until its end; empty
   * if this host has none.
   */
  public Optional<Path> log(RunId id, LogStream stream) {
    return journal
        .workspace(id)
        .flatMap(
            workspace ->
                executors.stream()
                    .map(executor -> executor.log(workspace, stream))
                    .flatMap(Optional::stream)
                    .findFirst());
  }

  /** Returns the maximum number of bytes of each such file that are output; hide the rest. */
  public long logLimit(RunId id) {
    return journal
        .workspace(id)
        .map(
            workspace ->
                executors.stream()
                    .mapToLong(executor -> executor.maxLogBytes(workspace))
                    .min()
                    .orElse(Long.MAX_VALUE))
        .orElse(Long.MAX_VALUE);
  }

  /**
   * Opens the output of a run, to read both streams in their order; the caller closes it. Empty if
   * this host has none, or none yet.
   *
   * @throws IOException if it cannot be opened now
   */
  public Optional<OutputReader> output(RunId id) throws IOException {
    Optional<Path> workspace = journal.workspace(id);
    for (RunExecutor executor : workspace.isEmpty() ? List.<RunExecutor>of() : executors) {
      Optional<OutputReader> output = executor.output(workspace.get());
      if (output.isPresent()) {
        return output;
      }
    }
    return Optional.empty();
  }

  /**
   * Records that a home was seen now, and that the runs that wait in its queue belong to it. To be
   * repeated about every ten seconds, for as long as a process of that home lives.
   *
   * @throws RepositoryException if the database cannot be reached
   * @throws IllegalStateException if the registry was built without hosts
   */
  public void announce(Home home) {
    requiredHosts().announce(home);
  }

  /**
   * Returns the hosts that were announced, have active runs or are retired, by name.
   *
   * @throws RepositoryException if the database cannot be reached
   * @throws IllegalStateException if the registry was built without hosts
   */
  public List<KnownHost> hosts() {
    return requiredHosts().hosts().list();
  }

  /**
   * Returns the host of an active run, if it was seen before and is not seen now; empty for other
   * runs, and if the registry was built without hosts.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public Optional<UnseenHost> unseenHostOf(Run run) {
    return hosts == null || run.status().isFinal()
        ? Optional.empty()
        : hosts.hosts().unseenHostOf(run);
  }

  /**
   * Returns the host if it can be retired now.
   *
   * @throws HostNotRetiredException if it is not known, was just seen, or is retired
   * @throws RepositoryException if the database cannot be reached
   * @throws IllegalStateException if the registry was built without hosts
   */
  public KnownHost requireRetirableHost(String name) {
    return requiredHosts().requireRetirable(name);
  }

  /**
   * Records that a host is gone for good, and its active runs as lost; those of an engine go on.
   * The host may come back: then endings of these runs are refused and reported there.
   *
   * @param user the operator, 1 to {@value CancelRequest#MAX_USER} characters
   * @param reason 1 to {@value HostRetirement#MAX_REASON} characters
   * @throws IllegalArgumentException if a value is outside its limits; nothing was recorded
   * @throws HostNotRetiredException if it is not known, was just seen, or is retired; nothing was
   *     recorded
   * @throws RepositoryException if the database cannot be reached; to be repeated, until it returns
   * @throws IllegalStateException if the registry was built without hosts
   */
  public RetiredHost retireHost(String name, String user, String reason) {
    return requiredHosts().retire(name, user, reason);
  }

  private HostRecords requiredHosts() {
    if (hosts == null) {
      throw new IllegalStateException("this registry was built without hosts");
    }
    return hosts;
  }

  /** Returns whether it was built with hosts. */
  public boolean hasHosts() {
    return hosts != null;
  }

  /** Collects the parts of a {@link RunRegistry}. Not for use by several threads. */
  public static final class Builder {
    private @Nullable RunRepository repository;
    private @Nullable RunJournal journal;
    private final List<RunExecutor> executors = new ArrayList<>();
    private @Nullable DatasetCatalog catalog;
    private @Nullable RunIdGenerator ids;
    private @Nullable IdempotencyKeys keys;
    private @Nullable RunChain chain;
    private @Nullable RunQueue queue;
    private @Nullable QueueControl queueControl;
    private int queueMax = QueueLimits.DEFAULT_MAX;
    private @Nullable UnaryOperator<Invocation> origin;
    private @Nullable CancelRequests cancelRequests;
    private @Nullable Hosts hosts;
    private ProvenanceSource provenance = ProvenanceSource.none();
    private InstantSource clock = Clock.systemUTC();
    private Executor startWriter = Runnable::run;
    private Executor datasetChecker = Runnable::run;

    private Builder() {}

    /** Sets the repository of the runs. */
    public Builder repository(RunRepository port) {
      repository = requireNonNull(port, "repository");
      return this;
    }

    /** Sets the journal of this host. */
    public Builder journal(RunJournal port) {
      journal = requireNonNull(port, "journal");
      return this;
    }

    /**
     * Adds an executor. The first one executes new runs; all of them recover the runs with their
     * name.
     *
     * @throws IllegalArgumentException if there is one with that name already
     */
    public Builder executor(RunExecutor port) {
      if (executors.stream().anyMatch(other -> other.name().equals(port.name()))) {
        throw new IllegalArgumentException("there is an executor " + port.name() + " already");
      }
      executors.add(port);
      return this;
    }

    private List<RunExecutor> executors() {
      if (executors.isEmpty()) {
        throw new NullPointerException("executor");
      }
      return List.copyOf(executors);
    }

    /** Sets the catalog of datasets. */
    public Builder catalog(DatasetCatalog port) {
      catalog = requireNonNull(port, "catalog");
      return this;
    }

    /** Sets the generator of run ids. */
    public Builder ids(RunIdGenerator source) {
      ids = requireNonNull(source, "ids");
      return this;
    }

    /** Sets the store of keys for {@link RunRegistry#submitOnce}; by default there is none. */
    public Builder idempotencyKeys(IdempotencyKeys port) {
      keys = requireNonNull(port, "keys");
      return this;
    }

    /** Sets the chain of the finished runs, for {@link RunRegistry#verify}; by default none. */
    public Builder chain(RunChain port) {
      chain = requireNonNull(port, "chain");
      return this;
    }

    /**
     * Sets the queue of this host; by default there is none.
     *
     * @param max the maximum number of waiting runs, at least 1
     */
    public Builder queue(RunQueue port, QueueControl control, int max) {
      queue = requireNonNull(port, "queue");
      queueControl = requireNonNull(control, "control");
      queueMax = max;
      return this;
    }

    /**
     * Sets how the invocation of a queued run is completed when it is submitted, for example by the
     * working directory and the environment of this process. By default it is not: then it starts
     * in those of the process that starts it.
     */
    public Builder submissionOrigin(UnaryOperator<Invocation> completion) {
      origin = requireNonNull(completion, "completion");
      return this;
    }

    /**
     * Sets the store by which {@link RunRegistry#cancel} reaches runs of other hosts, and other
     * hosts reach the runs of this one; by default there is none.
     */
    public Builder cancelRequests(CancelRequests port) {
      cancelRequests = requireNonNull(port, "cancelRequests");
      return this;
    }

    /** Sets the hosts of the runs in the database; by default there are none. */
    public Builder hosts(Hosts port) {
      hosts = requireNonNull(port, "hosts");
      return this;
    }

    /** Sets the source of provenance; by default there is none. */
    public Builder provenance(ProvenanceSource source) {
      provenance = requireNonNull(source, "provenance");
      return this;
    }

    /** Sets the clock; by default the system's clock. */
    public Builder clock(InstantSource source) {
      clock = requireNonNull(source, "clock");
      return this;
    }

    /**
     * Sets the executor that saves the started run in the database. By default the calling thread
     * does, before anything is started; with another executor the run starts at once and is saved
     * as running a moment later. The ending is never saved before the start; a start whose saving
     * has not begun when the run ends is not saved, because the ending includes it. So the executor
     * may drop its tasks.
     */
    public Builder startWriter(Executor executor) {
      startWriter = requireNonNull(executor, "startWriter");
      return this;
    }

    /**
     * Sets the executor that validates the dataset of a dry-run or a training before it starts. By
     * default the calling thread does, for as long as the file system takes; with another executor
     * the time limit of the run counts meanwhile, and the executor may cancel the task, which is a
     * {@link java.util.concurrent.Future}: then the run ends as {@link RunExecutor#cancelled} says.
     */
    public Builder datasetChecker(Executor executor) {
      datasetChecker = requireNonNull(executor, "datasetChecker");
      return this;
    }

    /**
     * Builds the registry.
     *
     * @throws NullPointerException if a port is missing
     */
    public RunRegistry build() {
      return new RunRegistry(this);
    }
  }
}
