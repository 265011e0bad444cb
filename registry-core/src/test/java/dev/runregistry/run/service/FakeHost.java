package dev.runregistry.run.service;

import dev.runregistry.run.DatabaseIdentity;
import dev.runregistry.run.DatasetKey;
import dev.runregistry.run.Provenance;
import dev.runregistry.run.Run;
import dev.runregistry.run.RunId;
import dev.runregistry.run.RunRequest;
import dev.runregistry.run.RunSpec;
import dev.runregistry.run.Samples;
import dev.runregistry.run.dataset.Dataset;
import dev.runregistry.run.dataset.DatasetPage;
import dev.runregistry.run.port.DatasetCatalog;
import dev.runregistry.run.queue.QueueOptions;
import dev.runregistry.run.queue.QueuedRun;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** A host with a home, a queue, an executor and a database, all in memory. */
final class FakeHost implements DatasetCatalog {
  static final int MAX_WAITING = 5;

  final FakeJournal journal = new FakeJournal();
  final FakeQueue queue = new FakeQueue(journal);
  final FakeDatabase database = new FakeDatabase();
  final FakeExecutor executor = new FakeExecutor();
  private final AtomicInteger ids = new AtomicInteger();
  private final AtomicInteger seconds = new AtomicInteger();

  /** Returns a builder of a registry of this host, with everything. */
  RunRegistry.Builder builder() {
    return withoutQueue().queue(queue, queue, MAX_WAITING);
  }

  /** Returns a builder of a registry of this host, with everything but a queue. */
  RunRegistry.Builder withoutQueue() {
    return withoutExecutor().executor(executor);
  }

  /** Returns a builder of a registry of this host, with these executors. */
  RunRegistry.Builder builderWith(FakeExecutor first, FakeExecutor second) {
    return withoutExecutor().executor(first).executor(second).queue(queue, queue, MAX_WAITING);
  }

  private RunRegistry.Builder withoutExecutor() {
    return RunRegistry.builder()
        .repository(database)
        .idempotencyKeys(database)
        .cancelRequests(database)
        .journal(journal)
        .catalog(this)
        .ids(this::nextId)
        .clock(this::now);
  }

  RunId nextId() {
    return new RunId(new UUID(0x019a_1b2c_3d4e_7f00L, ids.incrementAndGet()));
  }

  /** A second later at each call, so that runs differ in their age. */
  private Instant now() {
    return Samples.NOON.plusSeconds(seconds.incrementAndGet());
  }

  /** Lets a minute pass. */
  void passMinute() {
    seconds.addAndGet(60);
  }

  /** Adds a run as another process would that was killed before the database had the run. */
  RunId leaveWaiting(RunRequest request, boolean keyed) {
    RunId id = nextId();
    Run pending = Run.pending(id, request.toSpec(id), now());
    DatabaseIdentity unbound = database.identity().withoutUuid();
    queue.waiting.put(
        id,
        new QueuedRun(
            pending, request.toInvocation(), false, QueueOptions.DEFAULT, unbound, keyed));
    return id;
  }

  /** Adds an active run that another process of this host owns. */
  Run leaveRunning() {
    RunId id = nextId();
    return leave(Run.started(id, Samples.local().toSpec(id), "process", now()));
  }

  /** Adds an active run that another process of this host owns, with these variables recorded. */
  Run leaveRunning(Map<String, String> variables) {
    RunId id = nextId();
    Run running = Run.started(id, Samples.local().toSpec(id), "process", now());
    return leave(
        running.withProvenance(new Provenance("h", null, "/", "1", null, null, variables)));
  }

  private Run leave(Run running) {
    journal.begin(running, database.identity());
    return running;
  }

  /** Moves a waiting run to the active runs, as a dispatcher does that is killed then. */
  void leaveBegun(RunId id) {
    QueuedRun waiting = queue.tryLock(id).orElseThrow();
    queue.begin(waiting.run().start("process", now()), waiting.database());
    journal.unlock(id);
  }

  /** Blocks until the condition holds, a minute at most. */
  static void await(BooleanSupplier condition) {
    long giveUp = System.nanoTime() + Duration.ofMinutes(1).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - giveUp > 0) {
        throw new AssertionError("the condition did not hold within a minute");
      }
      Thread.onSpinWait();
    }
  }

  @Override
  public Dataset find(DatasetKey key) {
    return new Dataset(key, "A", "1", 1, Path.of("dataset.jsonl").toAbsolutePath());
  }

  @Override
  public int validateRecords(Dataset dataset, int limit) {
    return limit;
  }

  @Override
  public DatasetPage list(String after, int limit) {
    return new DatasetPage(List.of(), false);
  }

  @Override
  public void writeTrainingConfig(RunSpec spec, Dataset dataset, Path workspace) {}
}
