package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.Invocation;
import dev.runregistry.run.Output;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunMode;
import dev.runregistry.run.RunOutcome;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunStatus;
import dev.runregistry.run.port.ExecutionHandle;
import dev.runregistry.run.port.ExecutionResult;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.ProvenanceSource;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.run.service.DatabaseAccess.SaveResult;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The life cycle of a run: {@link #begin}, {@link #execute}, {@link #finish}. The only code that
 * changes the status of a run; {@link RecoveryPass} decides the outcome of runs whose registry
 * died, and finishes them here, too.
 *
 * <p>The journal comes before the database, and the database never fails the caller: what it does
 * not accept stays in the journal, and is recovered. A start that could not be saved is saved again
 * while the run lives. An ending that could be written nowhere is kept in memory, with the lock of
 * its run, so that no other process reconciles the run as lost.
 *
 * <p>Safe for use by many threads.
 */
final class RunLifecycle {
  private static final Logger log = LoggerFactory.getLogger(RunLifecycle.class);

  private final RunRepository repository;
  private final RunJournal journal;
  private final List<RunExecutor> executors;
  private final DatasetCheck datasets;
  private final ProvenanceSource provenance;
  private final InstantSource clock;
  private final Executor startWriter;
  private final CancelWatch cancelWatch;
  private final Map<RunId, DatabaseIdentity> live = new ConcurrentHashMap<>();
  private final Map<RunId, Run> unsavedStarts = new ConcurrentHashMap<>(); // of live runs
  private final Map<RunId, Run> unpersisted = new ConcurrentHashMap<>(); // endings

  RunLifecycle(
      RunRepository repository,
      RunJournal journal,
      List<RunExecutor> executors,
      DatasetCheck datasets,
      ProvenanceSource provenance,
      InstantSource clock,
      Executor startWriter,
      CancelWatch cancelWatch) {
    this.repository = repository;
    this.journal = journal;
    this.executors = executors;
    this.datasets = datasets;
    this.provenance = provenance;
    this.clock = clock;
    this.startWriter = startWriter;
    this.cancelWatch = cancelWatch;
  }

  /**
   * Journals that a run starts, or that it is about to be handed to an engine with a queue, and
   * locks it. Each run that began is {@link #release}d at the end.
   *
   * @return the run, running, or pending if its engine has a queue
   * @throws IllegalArgumentException if a value of the request is outside its limits
   * @throws JournalException if it cannot be journaled; nothing is left behind
   */
  Run begin(RunId id, RunRequest request) {
    Run pending =
        Run.pending(id, request.toSpec(id), clock.instant())
            .withProvenance(provenanceAtStart(id, request.toInvocation()));
    RunExecutor executor = executors.get(0);
    DatabaseIdentity database = repository.identity();
    if (waitsInEngine(pending, executor)) {
      journal.submit(pending, executor.name(), database);
      live.put(id, database);
      return pending;
    }
    Run running = pending.start(executor.name(), pending.createdAt());
    journal.begin(running, database);
    live.put(id, database);
    return running;
  }

  private static boolean waitsInEngine(Run run, RunExecutor executor) {
    return run.spec().mode() == RunMode.LOCAL && executor.hasQueue();
  }

  /**
   * Returns a queued run as it starts now, which is not journaled yet.
   *
   * @param variables those of its environment that are recorded in any case
   */
  Run started(Run pending, Invocation invocation, Map<String, String> variables) {
    Provenance known = provenanceAtStart(pending.id(), invocation);
    return pending
        .start(executorOfSlots().name(), clock.instant())
        .withProvenance(known == null ? null : known.withVariables(variables));
  }

  /** Returns the executor of queued runs that get a slot: the first without a queue of its own. */
  private RunExecutor executorOfSlots() {
    return executors.stream()
        .filter(executor -> !executor.hasQueue())
        .findFirst()
        .orElseGet(() -> executors.get(0));
  }

  /** Returns a run that is going to be handed to its engine with its provenance of now. */
  Run withProvenance(Run pending, Invocation invocation) {
    return pending.withProvenance(provenanceAtStart(pending.id(), invocation));
  }

  /** Returns the name of the executor of new runs if that has a queue of its own, else null. */
  @Nullable String engine() {
    return executors.get(0).hasQueue() ? executors.get(0).name() : null;
  }

  /** Takes over a run that waited in the queue, and is journaled and locked. */
  void begun(Run running, DatabaseIdentity database) {
    live.put(running.id(), database);
  }

  /**
   * Saves a run as it began, pending or running, with the start recorder, which may defer or drop
   * that.
   */
  StartRecording saveStart(Run begun) {
    StartRecording start = new StartRecording(() -> isStartSaved(begun));
    record(start);
    return start;
  }

  private void record(StartRecording start) {
    record(start, startWriter);
  }

  private static void record(StartRecording start, Executor writer) {
    try {
      writer.execute(start);
    } catch (RejectedExecutionException | Error e) { // shut down, or no thread is available
      log.debug("a start is recorded by the thread that reports it", e);
      start.run();
    }
  }

  private boolean isStartSaved(Run begun) {
    RunId id = begun.id();
    DatabaseIdentity database = live.getOrDefault(id, DatabaseIdentity.UNKNOWN);
    if (DatabaseAccess.forOneRun(repository).save(begun, database) == SaveResult.SAVED) {
      bind(id);
      unsavedStarts.computeIfPresent(
          id, (same, unsaved) -> isLater(unsaved, begun) ? unsaved : null);
      return true;
    }
    unsavedStarts.merge(id, begun, (unsaved, same) -> isLater(unsaved, begun) ? unsaved : begun);
    if (!live.containsKey(id)) { // it ended meanwhile, and its ending includes the start
      unsavedStarts.remove(id);
    }
    return false;
  }

  private static boolean isLater(Run one, Run other) {
    return other.status().canBecome(one.status());
  }

  /** Journals the database of the run, which is on record there. */
  void bind(RunId id) {
    DatabaseIdentity database = repository.identity();
    if (database.uuid().isEmpty()) {
      return; // the same as when it began
    }
    live.computeIfPresent(id, (same, begun) -> database);
    try {
      journal.bind(id, database);
    } catch (JournalException e) { // then only its address identifies the database
      log.warn("run {}: its database could not be journaled", id, e);
    }
  }

  /**
   * Executes a run that began, to its end, and finishes it. A pending one is saved as running once
   * its engine reports the start.
   *
   * @param start the saving of the run as it began
   * @throws UnreadableOutcomeException if its outcome cannot be read now
   */
  Run execute(Run begun, RunRequest request, StartRecording start) {
    return execute(live(begun, start), request.toInvocation(), request.datasetUsed(), null);
  }

  /**
   * Executes a queued run that began, to its end, and finishes it. Its start is saved once it has
   * started, so that a run that is put back in the queue is never on record as running.
   *
   * @throws UnreadableOutcomeException if its outcome cannot be read now
   */
  Run executeQueued(Run running, Invocation invocation, boolean datasetUsed) {
    StartRecording start = new StartRecording(() -> isStartSaved(running));
    return execute(live(running, start), invocation, datasetUsed, start);
  }

  private BegunRun live(Run begun, StartRecording start) {
    RunExecutor executor =
        begun.status() == RunStatus.PENDING
            ? executors.get(0)
            : executorOf(begun).orElseGet(() -> executors.get(0));
    return new BegunRun(begun, executor, start, startWriter, run -> {});
  }

  /**
   * Returns a run that waits no more in the queue, and is journaled and locked, as it is handed to
   * its engine.
   *
   * @param isRecorded whether it is on record; else it is saved
   * @param writer saves its states
   * @param onStart called with the run once its engine has started it
   */
  BegunRun submitted(
      Run pending,
      RunExecutor executor,
      boolean isRecorded,
      Executor writer,
      Consumer<Run> onStart) {
    StartRecording recording =
        isRecorded ? StartRecording.done() : new StartRecording(() -> isStartSaved(pending));
    record(recording, writer);
    return new BegunRun(pending, executor, recording, writer, onStart);
  }

  /**
   * Executes a run that began, and finishes it when it has ended, without a thread that waits for
   * that.
   *
   * @param finisher finishes it, on another thread than the one that reports the end
   * @param done called with the ended run; with empty if its outcome cannot be read now
   */
  @SuppressWarnings("FutureReturnValueIgnored") // done is called in any case
  void executeAsync(
      BegunRun begun,
      Invocation invocation,
      boolean datasetUsed,
      Executor finisher,
      Consumer<Optional<Run>> done) {
    Cancellation cancellation = new Cancellation(begun.run().id());
    cancelWatch.add(cancellation);
    CompletableFuture<ExecutionResult> result;
    try {
      cancelWatch.look(cancellation);
      result = start(begun, invocation, datasetUsed, null, cancellation).result();
    } catch (RuntimeException | Error e) {
      result = CompletableFuture.failedFuture(e);
    }
    result.whenComplete(
        (ended, failure) ->
            finisher.execute(
                () -> {
                  cancelWatch.remove(cancellation);
                  done.accept(finish(begun, ended, failure));
                }));
  }

  private Optional<Run> finish(
      BegunRun begun, @Nullable ExecutionResult result, @Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    if (cause instanceof UnreadableOutcomeException) { // recovered once the evidence can be read
      log.warn("run {}: its end cannot be recorded yet: {}", begun.run().id(), cause.getMessage());
      return Optional.empty();
    }
    return Optional.of(
        finish(begun, result == null ? failed(begun.run(), requireNonNull(cause)) : result));
  }

  private static ExecutionResult failed(Run run, Throwable e) {
    log.error("run {} is lost: its executor failed", run.id(), e);
    return ExecutionResult.of(
        new RunOutcome.Lost(
            "Lost: its executor failed (" + e.getClass().getName() + ")", Output.NONE));
  }

  private Run execute(
      BegunRun begun, Invocation invocation, boolean datasetUsed, @Nullable Runnable onStart) {
    boolean interrupted = false;
    try {
      ExecutionResult result = result(begun, invocation, datasetUsed, onStart);
      interrupted = Thread.interrupted(); // it was for the run; database calls fail while it is set
      return finish(begun, result);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private Run finish(BegunRun begun, ExecutionResult result) {
    Instant now = clock.instant();
    Instant at = result.at().filter(end -> end.isBefore(now)).orElse(now);
    Run before = begun.before(result.outcome(), at);
    Run ended = before.withProvenance(provenanceAtEnd(before)).finish(result.outcome(), at);
    finish(ended, begun.recordings());
    return ended;
  }

  private ExecutionResult result(
      BegunRun begun, Invocation invocation, boolean datasetUsed, @Nullable Runnable onStart) {
    Cancellation cancellation = new Cancellation(begun.run().id());
    cancelWatch.add(cancellation);
    try {
      return result(begun, invocation, datasetUsed, onStart, cancellation);
    } finally {
      cancelWatch.remove(cancellation);
    }
  }

  private ExecutionResult result(
      BegunRun begun,
      Invocation invocation,
      boolean datasetUsed,
      @Nullable Runnable onStart,
      Cancellation cancellation) {
    try {
      if (onStart != null) { // queued: its entry may have a request from an earlier start
        cancelWatch.look(cancellation);
      }
      return start(begun, invocation, datasetUsed, onStart, cancellation).await();
    } catch (UnreadableOutcomeException e) { // recovered once the evidence can be read
      throw e;
    } catch (RuntimeException | Error e) { // a defect in an adapter: the end was not observed
      return failed(begun.run(), e);
    }
  }

  /** Starts a run that began, unless something prevents that, which is its outcome. */
  private ExecutionHandle start(
      BegunRun begun,
      Invocation invocation,
      boolean datasetUsed,
      @Nullable Runnable onStart,
      Cancellation cancellation) {
    Run run = begun.run();
    Path workspace =
        journal
            .workspace(run.id())
            .orElseThrow(() -> new IllegalStateException("its workspace is gone"));
    if (run.spec().mode() == RunMode.DRY_RUN) {
      log.info("run {} started: dry-run", run.id());
      return ExecutionHandle.ended(datasets.dryRun(run, workspace, cancellation));
    }
    Optional<RunOutcome> refusal =
        datasetUsed ? datasets.validate(run, workspace, cancellation) : Optional.empty();
    Optional<RunOutcome> obstacle =
        refusal.or(() -> cancellation.request().map(RunOutcome.Cancelled::beforeStart));
    if (obstacle.isPresent()) {
      return ExecutionHandle.ended(obstacle.get());
    }
    ExecutionHandle handle = begun.executor().start(run, invocation, workspace);
    cancellation.onRequest(handle::cancel);
    if (run.status() == RunStatus.PENDING) {
      log.info("run {} submitted: executor {}", run.id(), begun.executor().name());
      followStart(handle, begun);
    } else {
      logStart(run, begun.executor());
    }
    if (onStart != null) {
      onStart.run();
    }
    return handle;
  }

  @SuppressWarnings("FutureReturnValueIgnored") // it is complete once the start is
  private void followStart(ExecutionHandle handle, BegunRun begun) {
    handle.started().thenAccept(start -> startedByEngine(begun, start));
  }

  private void startedByEngine(BegunRun begun, ExecutionHandle.Start start) {
    Run running = begun.start(start);
    logStart(running, begun.executor());
    StartRecording recording =
        new StartRecording(
            () -> {
              journalStart(running);
              return isStartSaved(running);
            });
    begun.add(recording);
    record(recording, begun.writer());
    begun.onStart().accept(running);
  }

  private static void logStart(Run running, RunExecutor executor) {
    log.info("run {} started: executor {}", running.id(), executor.name());
  }

  /** Logs that a run has ended, live or recovered. */
  static void logEnd(Run ended) {
    log.info(
        "run {} ended: status {}, exit code {}, duration {}",
        ended.id(),
        ended.status().text(),
        ended.exitCode() == null ? "none" : ended.exitCode(),
        ended.duration().map(time -> time.toMillis() / 1e3 + " s").orElse("unknown"));
  }

  /** On failure the journal has it as submitted, and recovery gets its start from the executor. */
  private void journalStart(Run running) {
    try {
      journal.start(running);
    } catch (JournalException e) {
      log.warn("run {} started, which could not be journaled", running.id(), e);
    }
  }

  /**
   * Finishes a run that began here and was not started, without the database, which has just
   * failed: it is recovered later.
   */
  void finishWithoutDatabase(Run running, RunOutcome outcome) {
    DatabaseAccess none = DatabaseAccess.forOneRun(repository);
    none.setUnavailable();
    finish(running.finish(outcome, clock.instant()), takeDatabase(running.id()), none);
  }

  /**
   * Finishes a live run. If the database fails to save its start at this moment, it is not called
   * for the ending, which would take as long: the ending is in the journal, and recovered later.
   */
  private void finish(Run ended, List<StartRecording> starts) {
    logEnd(ended);
    List<StartRecording> starting = starts.stream().filter(start -> !start.isOver()).toList();
    boolean journaled = journal(ended);
    DatabaseAccess access = DatabaseAccess.forOneRun(repository);
    if (journaled && starting.stream().anyMatch(StartRecording::hasFailed)) {
      access.setUnavailable();
    }
    record(ended, takeDatabase(ended.id()), journaled, access);
  }

  private DatabaseIdentity takeDatabase(RunId id) {
    unsavedStarts.remove(id);
    DatabaseIdentity database = live.remove(id);
    return database == null ? DatabaseIdentity.UNKNOWN : database;
  }

  /**
   * Finishes a run: journals its ending, saves it, and archives the run. The same for live runs and
   * for recovered ones.
   *
   * @param database the one that the run belongs to
   */
  SaveResult finish(Run ended, DatabaseIdentity database, DatabaseAccess access) {
    logEnd(ended);
    return record(ended, database, journal(ended), access);
  }

  /** Saves an ending that is journaled, or could not be, and archives the run. */
  SaveResult record(
      Run ended, DatabaseIdentity database, boolean journaled, DatabaseAccess access) {
    SaveResult result = access.save(ended, database);
    if (journaled && result.isSettled()) {
      archive(ended);
    } else if (!journaled && !result.isSettled()) {
      live.put(ended.id(), database);
      unpersisted.put(ended.id(), ended);
    }
    return result;
  }

  private boolean journal(Run ended) {
    try {
      journal.end(ended);
      return true;
    } catch (JournalException e) {
      log.error("run {} finished, which could not be journaled on this host", ended.id(), e);
      return false;
    }
  }

  private void archive(Run ended) {
    try {
      journal.archive(ended.id());
    } catch (JournalException e) {
      log.warn("run {} is recorded but stays active in the journal", ended.id(), e);
    }
  }

  /** Unlocks a run, unless its ending is known to this process only. */
  void release(RunId id) {
    if (!unpersisted.containsKey(id)) {
      live.remove(id);
      unsavedStarts.remove(id);
      journal.unlock(id);
    }
  }

  /** Withdraws a run that began, is on record nowhere, and is not going to start. */
  void withdraw(RunId id) {
    live.remove(id);
    try {
      journal.withdraw(id);
    } catch (JournalException e) {
      log.warn("run {} did not start, and its journal entry cannot be deleted yet", id, e);
    }
  }

  /** Retries to write the endings that could be written nowhere. */
  void retryUnpersisted() {
    for (Run ended : List.copyOf(unpersisted.values())) {
      if (unpersisted.remove(ended.id(), ended)) { // else another thread does it
        try {
          DatabaseIdentity database = takeDatabase(ended.id());
          record(ended, database, journal(ended), DatabaseAccess.forOneRun(repository));
        } finally {
          release(ended.id());
        }
      }
    }
  }

  /** Saves again the starts of live runs that could not be saved, until the database fails. */
  void retryStarts() {
    DatabaseAccess access = DatabaseAccess.forPass(repository);
    for (Run running : List.copyOf(unsavedStarts.values())) {
      DatabaseIdentity database = live.getOrDefault(running.id(), DatabaseIdentity.UNKNOWN);
      if (access.save(running, database) == SaveResult.SAVED) {
        log.info("run {} is recorded: {}", running.id(), running.message());
        bind(running.id());
        unsavedStarts.remove(running.id(), running);
      }
    }
  }

  /** Returns whether the run lives here and is not on record yet. */
  boolean isStartUnsaved(RunId id) {
    return unsavedStarts.containsKey(id);
  }

  /** Returns the executor of the run; empty if it is not configured here. */
  Optional<RunExecutor> executorOf(Run run) {
    String name = run.executor();
    return name == null
        ? Optional.of(executors.get(0)) // a dry-run has no execution, so any executor will do
        : executor(name);
  }

  /** Returns the executor with that name; empty if it is not configured here. */
  Optional<RunExecutor> executor(String name) {
    return executors.stream().filter(executor -> executor.name().equals(name)).findFirst();
  }

  List<RunExecutor> executors() {
    return executors;
  }

  private @Nullable Provenance provenanceAtStart(RunId id, Invocation invocation) {
    try {
      return provenance.atStart(invocation);
    } catch (RuntimeException | Error e) { // a defect, or an unusual host: the run starts anyway
      log.error("run {}: cannot find out its provenance", id, e);
      return null;
    }
  }

  private @Nullable Provenance provenanceAtEnd(Run running) {
    try {
      return provenance.atEnd(running);
    } catch (RuntimeException | Error e) { // a defect: the ending is saved without it
      log.error("run {}: cannot complete its provenance", running.id(), e);
      return running.provenance();
    }
  }
}
