package dev.runregistry.run.service;

import static java.util.Objects.requireNonNull;

import dev.runregistry.run.LogStream;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunNotFoundException;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RuntimeStatus;
import dev.runregistry.run.audit.ChainHead;
import dev.runregistry.run.audit.Discrepancy;
import dev.runregistry.run.dataset.DatasetException;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.idempotency.IdempotencyClaim;
import dev.runregistry.run.idempotency.Submission;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.run.port.IdempotencyKeys;
import dev.runregistry.run.port.JournalException;
import dev.runregistry.run.port.ProvenanceSource;
import dev.runregistry.run.port.RepositoryException;
import dev.runregistry.run.port.RunChain;
import dev.runregistry.run.port.RunExecutor;
import dev.runregistry.run.port.RunIdGenerator;
import dev.runregistry.run.port.RunJournal;
import dev.runregistry.run.port.RunRepository;
import dev.runregistry.run.port.UnreadableOutcomeException;
import dev.runregistry.run.query.RunIdPrefix;
import dev.runregistry.run.query.RunPage;
import dev.runregistry.run.query.RunQuery;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs jobs and keeps one true record of each. This is what all doors call: the command line, the
 * HTTP server and a program that embeds it.
 *
 * <p>As safe for use by many threads at once as its ports, which all promise it. It owns no thread
 * and closes nothing: who made the ports closes them.
 */
public final class RunRegistry {
  private final RunRepository repository;
  private final RunJournal journal;
  private final RunLifecycle lifecycle;
  private final List<RunExecutor> executors;
  private final DatasetCatalog catalog;
  private final RunIdGenerator ids;
  private final @Nullable IdempotentSubmissions keyed;
  private final @Nullable RunChain chain;
  private final InstantSource clock;

  private RunRegistry(Builder builder) {
    repository = requireNonNull(builder.repository, "repository");
    journal = requireNonNull(builder.journal, "journal");
    executors = builder.executors();
    catalog = requireNonNull(builder.catalog, "catalog");
    ids = requireNonNull(builder.ids, "ids");
    chain = builder.chain;
    clock = builder.clock;
    lifecycle =
        new RunLifecycle(
            repository,
            journal,
            executors,
            new DatasetCheck(catalog, builder.datasetChecker, executors.get(0)::cancelled),
            builder.provenance,
            clock,
            builder.startRecorder);
    keyed =
        builder.keys == null
            ? null
            : new IdempotentSubmissions(builder.keys, repository, lifecycle, clock);
  }

  /** Starts to put a registry together; its first five ports are needed, the rest has defaults. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * Carries out what is asked for, to its end, and returns the finished run. It is in the journal
   * before it starts, so a crash leaves a trace, and it is on record as soon and as far as the
   * database can be reached: a failure of the database at any point is logged and changes neither
   * the run nor what is returned (the journal keeps the run until the database has it).
   *
   * @throws IllegalArgumentException if a value of the request is outside its limits; nothing was
   *     recorded or started
   * @throws JournalException if the run cannot be noted on this host; nothing was started
   * @throws UnreadableOutcomeException if how it ended cannot be read now; {@link #reconcile} puts
   *     its ending on record once it can
   */
  public Run submit(RunRequest request) {
    return submit(newId(), request);
  }

  /** Returns a new id, for a run that is going to be submitted under it. */
  public RunId newId() {
    return ids.next();
  }

  /**
   * Submits as {@link #submit(RunRequest)} does, under an id that the caller knows beforehand.
   *
   * @param id from {@link #newId}; for one run only
   * @throws IllegalArgumentException if a value of the request is outside its limits; nothing was
   *     recorded or started
   * @throws JournalException if the run cannot be noted on this host, because one with this id is
   *     there already, say; nothing was started
   * @throws UnreadableOutcomeException if how it ended cannot be read now
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
   * Carries out what is asked for, unless a request under this key has been taken up within the
   * last {@link IdempotencyClaim#LIFETIME}, here or on another host that shares the database. Else
   * as {@link #submit}, but for one thing: while the database cannot be reached nothing is started,
   * because nobody knows whether it was before.
   *
   * @param key what the client calls its request, as {@link IdempotencyClaim#key} has to be
   * @param fingerprint what tells it from other requests under the same key
   * @throws IllegalArgumentException if a value is outside its limits; nothing was claimed
   * @throws RepositoryException if the database cannot be reached; nothing was started
   * @throws JournalException if the run cannot be noted on this host; nothing was started, and the
   *     key can be used again
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
    IdempotencyClaim wanted = new IdempotencyClaim(key, fingerprint, id, clock.instant());
    return keyed().submit(wanted, request);
  }

  /**
   * Returns what became of an earlier request under this key; empty if there was none. Starts
   * nothing.
   *
   * @throws RepositoryException if the database cannot be reached
   * @throws IllegalStateException if the registry was built without keys
   */
  public Optional<Submission> findSubmission(String key, String fingerprint) {
    return keyed().find(key, fingerprint);
  }

  /** Whether requests can be submitted under a key. */
  public boolean keepsKeys() {
    return keyed != null;
  }

  private IdempotentSubmissions keyed() {
    if (keyed == null) {
      throw new IllegalStateException("this registry was built without idempotency keys");
    }
    return keyed;
  }

  /**
   * Looks at every run that began on this host and is not settled, and puts the ending of each that
   * has ended on record, as it really was: those that waited for the database, those whose registry
   * died before them, and those of which nothing is left. What goes on is left alone, unless it is
   * over its time limit; what goes on and is not on record yet, because the database was away when
   * it began, is put on record. One run that fails never keeps the others from being settled. Runs
   * of another database, and runs of an executor that this registry does not have, are left alone,
   * and reported.
   *
   * <p>May be called at any time, by any number of threads and processes at once, and as often as
   * one likes: each run is settled once.
   *
   * @throws JournalException if the journal itself cannot be looked at
   */
  public Reconciliation reconcile() {
    return reconcile(false);
  }

  /**
   * Reconciles as {@link #reconcile} does, and takes over the runs of other databases: for a
   * database that has moved, or was created anew. Runs that are being carried out, and runs of
   * other hosts, are left alone.
   *
   * @throws JournalException if the journal itself cannot be looked at
   */
  public Reconciliation adopt() {
    return reconcile(true);
  }

  /**
   * Records the archived runs of this host again where the database has lost them: after an older
   * backup was restored, or the database was created anew. A run that is on record as finished
   * stays as it is. Runs that were recorded in a database at another address are left alone, and
   * reported. Idempotency keys are not archived, and are not restored.
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
    return new RecoveryPass(repository, journal, lifecycle, adopts).run();
  }

  /**
   * Looks at every finished run, and at the chain of their digests, and tells what is not as it was
   * recorded. Sees the runs as they are at one moment, so a run that ends meanwhile is no false
   * alarm. Changes nothing, and needs a fixed amount of memory.
   *
   * @param kept a head that an earlier look returned and that was kept where nobody who can write
   *     to the database can; null when there is none, and then it is not found if the last links
   *     were removed with their runs, or all were made anew from some link on
   * @param found is told each discrepancy, in the order of the chain
   * @throws RepositoryException if the runs cannot be read to the end
   * @throws IllegalStateException if the registry was built without a chain
   */
  public VerificationResult verify(@Nullable ChainHead kept, Consumer<Discrepancy> found) {
    if (chain == null) {
      throw new IllegalStateException("this registry was built without a chain");
    }
    return new ChainVerifier(kept, found).of(chain);
  }

  /**
   * How many runs of this host have ended and wait for the database to take their ending. Above
   * zero for longer than a moment, the database is away.
   *
   * @throws JournalException if the journal cannot be looked at
   */
  public int waiting() {
    return journal.countAwaitingRepository(repository.identity());
  }

  /**
   * Returns if a run could be noted on this host now.
   *
   * @throws JournalException if the journal cannot be written
   */
  public void probeJournal() {
    journal.probe();
  }

  /**
   * Returns if the database answers.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public void ping() {
    repository.ping();
  }

  /**
   * The run with that id; empty if there is none.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public Optional<Run> find(RunId id) {
    return repository.find(id);
  }

  /**
   * The run with that id.
   *
   * @throws RunNotFoundException if there is none
   * @throws RepositoryException if the database cannot be reached
   */
  public Run get(RunId id) {
    return find(id).orElseThrow(() -> new RunNotFoundException("no run " + id));
  }

  /**
   * The ids that begin like this, at most {@code limit} of them, in no particular order.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public List<RunId> findIds(RunIdPrefix prefix, int limit) {
    return repository.findIds(prefix, limit);
  }

  /**
   * A page of summaries, newest first.
   *
   * @throws RepositoryException if the database cannot be reached
   */
  public RunPage page(RunQuery query) {
    return repository.page(query);
  }

  /**
   * Whether the program of that command can be started on this host, now.
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
   * A page of the data sets that there are, by key.
   *
   * @param after only those whose key comes after this text; empty for the first page
   * @param limit how many at most, 1 to {@value DatasetPage#MAX_LIMIT}
   * @throws DatasetException if they cannot be looked at
   */
  public DatasetPage datasets(String after, int limit) {
    return catalog.page(after, limit);
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

  /** Returns how many bytes of each such file are output at most; the rest must not be shown. */
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

  /** Collects the parts of a {@link RunRegistry}. Not for use by several threads. */
  public static final class Builder {
    private @Nullable RunRepository repository;
    private @Nullable RunJournal journal;
    private final List<RunExecutor> executors = new ArrayList<>();
    private @Nullable DatasetCatalog catalog;
    private @Nullable RunIdGenerator ids;
    private @Nullable IdempotencyKeys keys;
    private @Nullable RunChain chain;
    private ProvenanceSource provenance = ProvenanceSource.none();
    private InstantSource clock = Clock.systemUTC();
    private Executor startRecorder = Runnable::run;
    private Executor datasetChecker = Runnable::run;

    private Builder() {}

    /** Where runs are kept. */
    public Builder repository(RunRepository port) {
      repository = requireNonNull(port, "repository");
      return this;
    }

    /** This host's own note of each run. */
    public Builder journal(RunJournal port) {
      journal = requireNonNull(port, "journal");
      return this;
    }

    /**
     * Adds an executor. The first one carries out new runs; all of them recover the runs that have
     * their name.
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

    /** Where data sets are found. */
    public Builder catalog(DatasetCatalog port) {
      catalog = requireNonNull(port, "catalog");
      return this;
    }

    /** Where new ids come from. */
    public Builder ids(RunIdGenerator source) {
      ids = requireNonNull(source, "ids");
      return this;
    }

    /** Where keys are kept for {@link RunRegistry#submitOnce}; nowhere unless said. */
    public Builder idempotencyKeys(IdempotencyKeys port) {
      keys = requireNonNull(port, "keys");
      return this;
    }

    /** The chain of the finished runs, for {@link RunRegistry#verify}; nowhere unless said. */
    public Builder chain(RunChain port) {
      chain = requireNonNull(port, "chain");
      return this;
    }

    /** What knows where runs come from; nobody unless said. */
    public Builder provenance(ProvenanceSource source) {
      provenance = requireNonNull(source, "provenance");
      return this;
    }

    /** What time it is; the system's clock unless said. */
    public Builder clock(InstantSource source) {
      clock = requireNonNull(source, "clock");
      return this;
    }

    /**
     * What saves the started run in the database. By default the calling thread does, before
     * anything is started; with another executor the run starts at once and is on record as running
     * a moment later. The ending is never saved before the start; a start whose saving has not
     * begun when the run ends is not saved, because the ending says all of it. So the executor may
     * drop what it was given.
     */
    public Builder startRecorder(Executor executor) {
      startRecorder = requireNonNull(executor, "startRecorder");
      return this;
    }

    /**
     * What looks at the data set of a dry-run or a training before it starts. By default the
     * calling thread does, for as long as the file system takes; with another executor the time
     * limit of the run counts meanwhile, and the executor may cancel the task, which is a {@link
     * java.util.concurrent.Future}: then the run ends as {@link RunExecutor#cancelled} says.
     */
    public Builder datasetChecker(Executor executor) {
      datasetChecker = requireNonNull(executor, "datasetChecker");
      return this;
    }

    /**
     * Puts it together.
     *
     * @throws NullPointerException if a port is missing
     */
    public RunRegistry build() {
      return new RunRegistry(this);
    }
  }
}
